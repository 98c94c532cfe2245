include "a/shared.thrift"
include "b/shared.thrift"

struct S {
  1: shared.OnlyA a
  2: shared.OnlyB b
  3: shared.Both c
}
const i32 N = shared.LIMIT
service V extends shared.Base {}
const i32 M = shared.E.X
