const bool A = true
const bool B = 0
const bool C = 2
const i32 D = true
const bool E = A
struct S { 1: bool a = 1 }
