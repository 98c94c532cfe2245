struct S { i32 a, 1: string b, i32 c }
struct T { i32 a }
service V { void f(i32 x, string y) throws (X e) }
exception X {}
