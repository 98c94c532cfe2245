
include "b.thrift"
