union U { 1: required i32 a, 2: optional i32 b }
exception X {}
service V {
  void f(1: optional i32 x, 2: required i32 y) throws (1: required X e)
}
