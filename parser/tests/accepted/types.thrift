struct T {}
typedef T A1
typedef A1 A2 (x = "y")
typedef i32 (a = "b") A3,
typedef list<A2> A4;
struct S {
  1: list<i32 (a = "b")> (c = "d") a
  2: T (x = "y") b
  3: map cpp_type "m" <string, i32> c
  4: set cpp_type "s" <i32> d
  5: list cpp_type "l" <i32> e
  6: list<i32> cpp_type "l" f
  7: map<list<i32>, set<T>> g
  8: bool h, 9: byte i, 10: i8 j, 11: i16 k, 12: i32 l, 13: i64 m, 14: double n, 15: string o, 16: binary p, 17: uuid q
}
