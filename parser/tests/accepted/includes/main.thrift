include "shared.thrift"
include "sub/deep.thrift";
include "a-b.thrift"
include "v1.2.thrift",
include "no_extension"
include "./shared.thrift"

struct S {
  1: shared.T a = {"x": 1}
  2: deep.D b
  3: a-b.H c
  4: v1.2.Dotted d
  5: no_extension.N e
  6: shared.E f = shared.E.X
  7: shared.E g = E.X
  8: shared.E h = X
}
const i32 N = shared.LIMIT
const shared.T T = shared.DEFAULT
const list<shared.T> TS = [shared.DEFAULT]
service V extends shared.Base { void mine() throws (1: shared.Oops o) }
