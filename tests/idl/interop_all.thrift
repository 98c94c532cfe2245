// Everything that the interop server serves, in one service.
include "interop.thrift"
include "interop_uuid.thrift"

service Served extends interop.Interop {
  uuid echoUuid(1: uuid v),
  interop_uuid.UuidBox echoUuidBox(1: interop_uuid.UuidBox v)
}
