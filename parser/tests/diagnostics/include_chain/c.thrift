include "d.thrift"
