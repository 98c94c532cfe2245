struct S {
  1: i32 a
  2: i32 b
  1: string c
}
struct T { -1: i32 a, i32 b }
service V {
  void f(1: i32 x, 1: i32 y) throws (1: X p, 1: Y q)
}
exception X {}
exception Y {}
