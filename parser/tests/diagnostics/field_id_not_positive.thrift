struct S {
  0: i32 a
  -5: i32 b
  i32 c
}
service V { void f(0: i32 x) }
