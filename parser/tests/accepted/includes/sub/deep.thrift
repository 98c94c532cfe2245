include "beside.thrift"
include "../shared.thrift"
struct D { 1: beside.B b, 2: shared.T t }
