const i32 A = 1
const string A = "x"
struct A {}
