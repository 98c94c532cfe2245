// options: include_dir=vendor
include "lib/v.thrift"
struct S { 1: v.V v }
