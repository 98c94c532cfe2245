const i8 A = 128
const i8 B = -128
const i16 C = 40000
const i32 D = 2147483648
const i32 E = D
struct S { 1: i8 a = 1000, 2: list<byte> b = [1, 256] }
const i64 F = 5000000000
const i32 G = F
