include "a.thrift"
const i32 LIMIT = 10
const i32 A = LIMT
const bool B = True
const i32 C = a.LIMIT
const i32 D = a.Limt
const i32 E = b.X
const i32 F = Nope.X
struct S { 1: i32 x = S }
enum G { X }
const i32 H = X
