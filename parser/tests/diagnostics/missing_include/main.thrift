// options: include_dir=idl include_dir=vendor/idl
include "shared.thrift"
include "sub/ok.thrift"

// Nothing more is said about what the missing file would define.
struct S {
  1: shared.T a
  2: ok.T b
  3: shared.E c = shared.E.X
}
const i32 N = shared.LIMIT
service V extends shared.Base {}
