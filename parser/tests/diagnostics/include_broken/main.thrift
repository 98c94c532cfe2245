include "a.thrift"
struct S { 1: a.T t, 2: a.U u }
