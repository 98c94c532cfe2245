service V {}
const i32 C = 1
struct S {
  1: V v
  2: list<C> c
}
typedef V W
service X { V a() }
