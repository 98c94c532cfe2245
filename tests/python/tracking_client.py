"""Clients of thriftpy2's tracking: tracking_client.py IDL PORT

Prints a line for each call: what it returned, and the meta of the reply. The calls are made once for each framing, version
of the handshake and protocol; the last one of each is that of a method which the server does not have.
"""
import itertools
import sys

import thriftpy2
from thriftpy2.contrib.tracking import TTrackedClient, TrackerBase
from thriftpy2.protocol import TBinaryProtocolFactory, TCompactProtocolFactory
from thriftpy2.rpc import make_client
from thriftpy2.thrift import TApplicationException
from thriftpy2.transport import TBufferedTransportFactory, TFramedTransportFactory, TSocket

idl, port = sys.argv[1:]
tracking_thrift = thriftpy2.load(idl, module_name="tracking_thrift")
Store = tracking_thrift.Store


class Tracker(TrackerBase):
    def __init__(self, version):
        super().__init__()
        self.version = version
        self.reply = {}

    def init_handshake_info(self, handshake):
        handshake.app_id = "python"
        if self.version == 1:
            handshake.version = None

    def get_request_id(self):
        return "rid"

    def handle_response_header(self, header):
        self.reply = header.meta or {}


class Unknown(Store):
    thrift_services = ["nothing"]
    nothing_args = Store.get_args
    nothing_result = Store.get_result


transports = [TBufferedTransportFactory(), TFramedTransportFactory()]
protocols = [TBinaryProtocolFactory(), TCompactProtocolFactory()]
for transport, version, protocol in itertools.product(transports, [1, 2], protocols):
    stream = transport.get_transport(TSocket("127.0.0.1", int(port)))
    stream.open()
    tracker = Tracker(version)
    client = TTrackedClient(tracker, Store, protocol.get_protocol(stream))
    meta = {"tenant": "acme"} if version == 2 else {}
    with TrackerBase.counter(), TrackerBase.add_meta(**meta):
        for _ in range(2):
            print(client.get("a"), tracker.reply, flush=True)
        try:
            client.get("missing")
        except tracking_thrift.NotFound as missing:
            print("no", missing.key, flush=True)
        client._service = Unknown
        try:
            client.nothing("a")
        except TApplicationException as error:
            print("failed", error.type, flush=True)
    stream.close()

# One that is not tracked.
print(make_client(Store, "127.0.0.1", int(port)).get("a"), flush=True)
