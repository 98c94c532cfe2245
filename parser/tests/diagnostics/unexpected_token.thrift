struct S {
  1: i32
  2: required i32 ok
  3 i32 colon
  4: map<i32> half
  5: list plain
  6: i32 dup;;
  7: i32 = 5
  8: void nothing
}
const list<i32> L = [1,,2]
const map<string, i32> M = {"a" = 1}
enum E { A = 1, B = A, C = "x", D }
service V {
  void fine()
  a()
  void b(1: i32 x throws (1: X y)
}
hello world
service W extends V, V {}
typedef i32
namespace py
