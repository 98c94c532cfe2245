"""thriftpy2 as interop server and client: interop_thriftpy.py server|client IDL --port …"""

import ssl
import sys
import time

import thriftpy2
from interop_checks import Peer, run
from interop_handler import Handler, arguments
from thriftpy2 import http
from thriftpy2.protocol import (TApacheJSONProtocolFactory, TBinaryProtocolFactory, TCompactProtocolFactory,
                                TCyBinaryProtocolFactory, TJSONProtocolFactory, TMultiplexedProtocolFactory)
from thriftpy2.server import TThreadedServer
from thriftpy2.thrift import TApplicationException, TClient, TMultiplexedProcessor, TProcessor
from thriftpy2.transport import (TBufferedTransportFactory, TFramedTransportFactory, TServerSocket, TSocket,
                                 TSSLServerSocket, TSSLSocket)

NAME = "python thriftpy2 0.7.1"
PROTOCOLS = {
    "binary": TBinaryProtocolFactory,
    "binary-in-cython": TCyBinaryProtocolFactory,
    "compact": TCompactProtocolFactory,
    "json": TApacheJSONProtocolFactory,
    "tpjson": TJSONProtocolFactory,
}
TRANSPORTS = {
    "buffered": TBufferedTransportFactory,
    "framed": TFramedTransportFactory,
    "http": TBufferedTransportFactory,
}
# In milliseconds: its JSON takes longer for large values than the default allows.
TIMEOUT = 60000


def serve(options, idl):
    handler = Handler(idl, NAME)
    processor = TProcessor(idl.Interop, handler)
    if options.multiplex:
        several = TMultiplexedProcessor()
        several.register_processor("Interop", processor)
        several.register_processor("Second", TProcessor(idl.Second, handler))
        processor = several
    protocol, transport = PROTOCOLS[options.protocol](), TRANSPORTS[options.transport]()
    if options.transport == "http":
        http.THttpServer(processor, (options.host, options.port), transport, protocol).serve()
    if options.domain_socket:
        socket = TServerSocket(unix_socket=options.domain_socket)
    elif options.tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*options.tls)
        socket = TSSLServerSocket(options.host, options.port, ssl_context=context, client_timeout=TIMEOUT)
    else:
        socket = TServerSocket(options.host, options.port, client_timeout=TIMEOUT)
    server = TThreadedServer(processor, socket, iprot_factory=protocol, itrans_factory=transport)
    server.daemon = True
    server.serve()


def connect(options):
    if options.transport == "http":
        return http.THttpClient(f"http://{options.host}:{options.port}/", TIMEOUT, keep_alive=True)
    if options.domain_socket:
        return TSocket(unix_socket=options.domain_socket, socket_timeout=TIMEOUT)
    if options.tls:
        return TSSLSocket(options.host, options.port, socket_timeout=TIMEOUT, cafile=options.tls[0])
    return TSocket(options.host, options.port, socket_timeout=TIMEOUT)


def open_transport(options):
    transport = TRANSPORTS[options.transport]().get_transport(connect(options))
    transport.open()
    return transport


class ClientPerCall:
    """Its Apache JSON keeps the first message that it has read, so that each call needs a connection."""

    def __init__(self, connect):
        self._connect = connect

    def __getattr__(self, name):
        def call(*arguments):
            client = self._connect()
            try:
                return getattr(client, name)(*arguments)
            finally:
                client.close()
                if name == "fire":
                    # The next call has another connection, on which it may be handled first.
                    time.sleep(0.5)

        return call


def peer(options, idl):
    transport = open_transport(options)
    protocol = PROTOCOLS[options.protocol]()

    def client(service, name="Interop"):
        factory = TMultiplexedProtocolFactory(protocol, name) if options.multiplex else protocol
        if options.protocol == "json":
            return ClientPerCall(lambda: TClient(service, factory.get_protocol(open_transport(options))))
        return TClient(service, factory.get_protocol(transport))

    second = client(idl.Second, "Second") if options.multiplex else None
    return Peer(idl, client(idl.InteropPlus), client(idl.InteropV2), TApplicationException, second)


def main():
    options = arguments(PROTOCOLS, TRANSPORTS)
    idl = thriftpy2.load(options.idl, module_name="interop_thrift")
    if options.role == "server":
        serve(options, idl)
    sys.exit(run(lambda: peer(options, idl)))


main()
