service V {
  void a()
  i32 b()
  void a(1: i32 x)
}
