include "base.thrift"
typedef base.T L
