include "a.thrift"
typedef a.E E
