service V {
  void a(1: i32 x
  void b()
  void c(1: i32 y),
}
struct S {}
