include "b.thrift"

struct T {
  1: b.V v
}
