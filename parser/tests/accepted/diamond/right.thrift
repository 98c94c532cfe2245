include "base.thrift"
typedef base.T R
