"""Servers of thriftpy2: tracking_server.py IDL PORT buffered|framed binary|compact plain|1|2 …

Serves at each port with what follows it. With 1 or 2 calls are tracked, in that version of the handshake.
"""
import sys
import threading

import thriftpy2
from thriftpy2.contrib.tracking import TTrackedProcessor, TrackerBase
from thriftpy2.contrib.tracking.tracker import ctx
from thriftpy2.protocol import TBinaryProtocolFactory, TCompactProtocolFactory
from thriftpy2.server import TThreadedServer
from thriftpy2.thrift import TProcessor
from thriftpy2.transport import TBufferedTransportFactory, TFramedTransportFactory, TServerSocket

tracking_thrift = thriftpy2.load(sys.argv[1], module_name="tracking_thrift")
transports = {"buffered": TBufferedTransportFactory(), "framed": TFramedTransportFactory()}
protocols = {"binary": TBinaryProtocolFactory(), "compact": TCompactProtocolFactory()}


class Tracker(TrackerBase):
    def __init__(self, version):
        super().__init__()
        self.version = version

    def handle_handshake_info(self, handshake):
        ctx.app_id = handshake.app_id
        if self.version == "1":
            handshake.version = None


class Handler:
    def get(self, key):
        if key == "missing":
            raise tracking_thrift.NotFound(key=key)
        if not hasattr(ctx, "header"):
            return "not tracked"
        TrackerBase.add_response_meta(served="python")
        header = ctx.header
        tenant = header.meta.get("tenant", "nobody")
        return "%s %s %s %s" % (ctx.app_id, header.request_id, header.seq, tenant)


class Server(TThreadedServer):
    """The upgrade is a state of the processor, so each connection has its own."""

    def handle(self, client):
        if self.processor == "plain":
            processor = TProcessor(tracking_thrift.Store, Handler())
        else:
            processor = TTrackedProcessor(Tracker(self.processor), tracking_thrift.Store, Handler())
        TThreadedServer(processor, None, self.itrans_factory, self.iprot_factory).handle(client)


threads = []
for port, framing, protocol, tracking in zip(*[iter(sys.argv[2:])] * 4):
    socket = TServerSocket("127.0.0.1", int(port))
    server = Server(tracking, socket, transports[framing], protocols[protocol])
    threads.append(threading.Thread(target=server.serve))
    threads[-1].start()
for thread in threads:
    thread.join()
