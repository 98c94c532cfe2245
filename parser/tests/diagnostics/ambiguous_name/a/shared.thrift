struct OnlyA {}
struct Both {}
const i32 LIMIT = 1
service Base {}
enum E { X }
