struct a.b { 1: i32 c.d, 2: i32 e-f }
enum E { A.B, C.D = 2 }
service S { void f.g(1: i32 h.i) }
typedef i32 j.k
const i32 l.m = 1
