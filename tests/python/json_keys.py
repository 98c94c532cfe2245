"""Reads a map<list<i32>, i32> and a map<struct, i32> in Apache's JSON from two lines, and writes them again."""

import sys

from thrift.protocol.TJSONProtocol import TJSONProtocol
from thrift.Thrift import TType
from thrift.transport.TTransport import TMemoryBuffer


def copy_list(source, sink):
    element, size = source.readListBegin()
    sink.writeListBegin(element, size)
    for _ in range(size):
        sink.writeI32(source.readI32())
    source.readListEnd()
    sink.writeListEnd()


def copy_struct(source, sink):
    source.readStructBegin()
    sink.writeStructBegin("Key")
    while True:
        _, kind, number = source.readFieldBegin()
        if kind == TType.STOP:
            break
        sink.writeFieldBegin("", kind, number)
        sink.writeI32(source.readI32())
        source.readFieldEnd()
        sink.writeFieldEnd()
    sink.writeFieldStop()
    source.readStructEnd()
    sink.writeStructEnd()


for copy_key in (copy_list, copy_struct):
    source = TJSONProtocol(TMemoryBuffer(sys.stdin.readline().strip().encode()))
    sink = TJSONProtocol(TMemoryBuffer())
    key, value, size = source.readMapBegin()
    sink.writeMapBegin(key, value, size)
    for _ in range(size):
        copy_key(source, sink)
        sink.writeI32(source.readI32())
    source.readMapEnd()
    sink.writeMapEnd()
    print(sink.trans.getvalue().decode())
