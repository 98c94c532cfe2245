struct OnlyB {}
struct Both {}
const i32 LIMIT = 2
service Base {}
enum E { X }
