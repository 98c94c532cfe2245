const i32 A = 1_000
const i32 B = 0X1F
const i64 C = 5L
const double D = 1.2.3
struct S { 1: i32 1st }
