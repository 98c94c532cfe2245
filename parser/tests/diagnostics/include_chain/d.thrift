include "e.thrift"
