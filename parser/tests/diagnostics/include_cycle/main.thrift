include "a.thrift"
include "self.thrift"
struct S { 1: a.A a }
