"""Logs in with PLAIN through thrift_sasl, as PyHive and impyla do, and calls `user` and `fetch`."""

import sys

from puresasl.client import SASLClient
from thrift.Thrift import TMessageType, TType
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TTransportException
from thrift_sasl import TSaslClientTransport


class PureSasl:
    """The interface of the `sasl` package over `pure-sasl`."""

    def __init__(self, password):
        self.client = SASLClient(
            "localhost", username="me", password=password, service="thrift", mechanism="PLAIN"
        )

    def start(self, mechanism):
        self.client.choose_mechanism([mechanism], allow_anonymous=False)
        return True, self.client.mechanism, self.client.process()

    def step(self, challenge):
        return True, self.client.process(challenge)

    def encode(self, data):
        return True, self.client.wrap(data)

    def decode(self, data):
        return True, self.client.unwrap(data)

    def getError(self):
        return "no"


def connect(host, port, password):
    transport = TSaslClientTransport(lambda: PureSasl(password), "PLAIN", TSocket(host, port))
    transport.open()
    return transport


def call(transport, method, write=lambda protocol: None):
    protocol = TBinaryProtocol(transport)
    protocol.writeMessageBegin(method, TMessageType.CALL, 7)
    write(protocol)
    protocol.writeFieldStop()
    protocol.writeMessageEnd()
    transport.flush()
    name, kind, seqid = protocol.readMessageBegin()
    assert (name, kind, seqid) == (method, TMessageType.REPLY, 7), (name, kind, seqid)
    _, type, field = protocol.readFieldBegin()
    assert (type, field) == (TType.STRING, 0), (type, field)
    result = protocol.readBinary()
    assert protocol.readFieldBegin()[1] == TType.STOP
    return result


def size(protocol):
    protocol.writeFieldBegin("size", TType.I32, 1)
    protocol.writeI32(1000000)


host, port = sys.argv[1], int(sys.argv[2])
transport = connect(host, port, "pw")
print(call(transport, "user").decode())
print(len(call(transport, "fetch", size)))
transport.close()
try:
    connect(host, port, "wrong")
    print("accepted")
except TTransportException:
    print("rejected")
