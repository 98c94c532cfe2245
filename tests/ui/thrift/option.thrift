include "meta.thrift"

struct Point {
  1: meta.Unit unit
}
