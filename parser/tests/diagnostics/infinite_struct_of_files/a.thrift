include "b.thrift"
typedef b.Link Node
