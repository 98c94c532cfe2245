service Empty {}
service A extends Later { void a() } (z = "w");
service Later { void later() }
exception X {}
typedef X Y
service B {
  oneway void a(),
  i32 b(1: i32 x, 2: string y = "d");
  list<i32> c() throws (1: X x) (x = "y")
  void d() throws ()
  oneway void e() throws ()
  Thing f(1: required Thing t) throws (1: Y y),
  void struct(1: i32 service, 2: i32 void)
}
struct Thing {}
