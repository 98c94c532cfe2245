"""thriftpy2 as interop server and client: interop_thriftpy.py server|client IDL --port …

With THRIFTPY=thriftpy in the environment it is ThriftPy itself.
"""

import importlib
import os
import re
import ssl
import sys
import tempfile
import time

from interop_checks import Peer, run
from interop_handler import Handler, arguments

PACKAGE = os.environ.get("THRIFTPY", "thriftpy2")
thriftpy, protocol, server, thrift, transport = (
    importlib.import_module(PACKAGE + module)
    for module in ("", ".protocol", ".server", ".thrift", ".transport")
)
TApplicationException, TClient = thrift.TApplicationException, thrift.TClient
TBufferedTransportFactory = transport.TBufferedTransportFactory

NAME = f"python {PACKAGE} {thriftpy.__version__}"
PROTOCOLS = {
    "binary": protocol.TBinaryProtocolFactory,
    "compact": protocol.TCompactProtocolFactory,
    # ThriftPy does not have it.
    "json": getattr(protocol, "TApacheJSONProtocolFactory", None),
    "tpjson": protocol.TJSONProtocolFactory,
}
class Plain:
    """The SASL mechanism PLAIN, with the calls of a SASL library."""

    def start(self, mechanism):
        return True, mechanism, b"\0user\0password"

    def step(self, _):
        return True, b""

    def encode(self, data):
        return True, data

    def getError(self):
        return "no error"


TRANSPORTS = {
    # As a client only.
    "sasl": lambda: transport.TSaslClientTransportFactory(Plain, "PLAIN"),
    "buffered": TBufferedTransportFactory,
    "framed": transport.TFramedTransportFactory,
    "http": TBufferedTransportFactory,
}
# In milliseconds: its JSON takes longer for large values than the default allows.
TIMEOUT = 60000


def serve(options, idl):
    handler = Handler(idl, NAME)
    processor = thrift.TProcessor(idl.Interop, handler)
    if options.multiplex:
        several = thrift.TMultiplexedProcessor()
        several.register_processor("Interop", processor)
        several.register_processor("Second", thrift.TProcessor(idl.Second, handler))
        processor = several
    protocols, transports = PROTOCOLS[options.protocol](), TRANSPORTS[options.transport]()
    if options.transport == "http":
        http = importlib.import_module(PACKAGE + ".http")
        http.THttpServer(processor, (options.host, options.port), transports, protocols).serve()
    if options.domain_socket:
        socket = transport.TServerSocket(unix_socket=options.domain_socket)
    elif options.tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*options.tls)
        socket = transport.TSSLServerSocket(options.host, options.port, ssl_context=context, client_timeout=TIMEOUT)
    else:
        socket = transport.TServerSocket(options.host, options.port, client_timeout=TIMEOUT)
    threads = server.TThreadedServer(processor, socket, iprot_factory=protocols, itrans_factory=transports)
    threads.daemon = True
    threads.serve()


def connect(options):
    if options.transport == "http":
        http = importlib.import_module(PACKAGE + ".http")
        return http.THttpClient(f"http://{options.host}:{options.port}/", TIMEOUT, keep_alive=True)
    if options.domain_socket:
        return transport.TSocket(unix_socket=options.domain_socket, socket_timeout=TIMEOUT)
    if options.tls:
        return transport.TSSLSocket(options.host, options.port, socket_timeout=TIMEOUT, cafile=options.tls[0])
    return transport.TSocket(options.host, options.port, socket_timeout=TIMEOUT)


def open_transport(options):
    opened = TRANSPORTS[options.transport]().get_transport(connect(options))
    opened.open()
    return opened


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
    shared = open_transport(options)
    protocols = PROTOCOLS[options.protocol]()

    def client(service, name="Interop"):
        factory = protocol.TMultiplexedProtocolFactory(protocols, name) if options.multiplex else protocols
        if options.protocol == "json":
            return ClientPerCall(lambda: TClient(service, factory.get_protocol(open_transport(options))))
        return TClient(service, factory.get_protocol(shared))

    second = client(idl.Second, "Second") if options.multiplex else None
    return Peer(idl, client(idl.InteropPlus), client(idl.InteropV2), TApplicationException, second)


def load(path):
    if PACKAGE == "thriftpy2":
        return thriftpy.load(path, module_name="interop_thrift")
    # ThriftPy does not know i8, and loads only files.
    with open(path, encoding="utf-8") as file, tempfile.NamedTemporaryFile("w", suffix=".thrift") as copy:
        copy.write(re.sub(r"\bi8\b", "byte", file.read()))
        copy.flush()
        return thriftpy.load(copy.name, module_name="interop_thrift")


def main():
    options = arguments(PROTOCOLS, TRANSPORTS)
    idl = load(options.idl)
    if options.role == "server":
        serve(options, idl)
    # It reads Apache's JSON in time that grows with the square of the length.
    sys.exit(run(lambda: peer(options, idl), ["large"] if options.protocol == "json" else []))


main()
