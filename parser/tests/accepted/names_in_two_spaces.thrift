struct A {}
const i32 A = 2
struct B { 1: A a = {} , 2: i32 b = A }
