include "a/x.thrift"
include "b/x.thrift"
struct T { 1: x.OnlyA a, 2: x.OnlyB b }
struct OnlyA {}
