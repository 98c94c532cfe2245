"""Apache Thrift for Python as interop server and client: interop_apache.py server|client IDL --port …"""

import ssl
import sys
import warnings

import thriftpy2
from apache_stubs import Client, Method, Processor, Stubs
from interop_checks import Peer, run
from interop_handler import Handler, arguments
from thrift import TMultiplexedProcessor
from thrift.protocol import TBinaryProtocol, TCompactProtocol, THeaderProtocol, TJSONProtocol, TMultiplexedProtocol
from thrift.protocol.TBase import TBase
from thrift.server import THttpServer, TServer
from thrift.Thrift import TApplicationException, TType
from thrift.transport import THttpClient, TSocket, TSSLSocket, TTransport, TZlibTransport
from thrift.transport.THeaderTransport import THeaderSubprotocolID

NAME = "python apache thrift 0.25.0"
PROTOCOLS = {
    "binary": TBinaryProtocol.TBinaryProtocolFactory,
    "compact": TCompactProtocol.TCompactProtocolFactory,
    "json": TJSONProtocol.TJSONProtocolFactory,
    # The same protocols, encoded and decoded by the extension in C.
    "binary-in-c": TBinaryProtocol.TBinaryProtocolAcceleratedFactory,
    "compact-in-c": TCompactProtocol.TCompactProtocolAcceleratedFactory,
}
HEADER = {"binary": THeaderSubprotocolID.BINARY, "compact": THeaderSubprotocolID.COMPACT}
TRANSPORTS = {
    "buffered": TTransport.TBufferedTransportFactory,
    "framed": TTransport.TFramedTransportFactory,
    "zlib": TZlibTransport.TZlibTransportFactory,
    # The header protocol brings its own transport.
    "header": TTransport.TTransportFactoryBase,
    "http": TTransport.TTransportFactoryBase,
}


class UuidBox(TBase):
    """`interop_uuid.thrift`, which thriftpy2 cannot load."""

    __slots__ = ("id", "ids", "names")
    thrift_spec = (
        None,
        (1, TType.UUID, "id", None, None),
        (2, TType.LIST, "ids", (TType.UUID, None, False), None),
        (3, TType.MAP, "names", (TType.UUID, None, TType.STRING, "UTF8", False), None),
    )

    def __init__(self, id=None, ids=None, names=None):
        self.id, self.ids, self.names = id, ids, names


def one_value(name, ttype, spec, number):
    """A struct with one field."""
    table = (None,) * number + ((number, ttype, name, spec, None),)

    def init(self, **fields):
        setattr(self, name, fields.get(name))

    return type("OneValue", (TBase,), {"__slots__": (name,), "__init__": init, "thrift_spec": table})


def echo(ttype, spec):
    return Method(one_value("v", ttype, spec, 1), one_value("success", ttype, spec, 0), False, ["v"])


UUIDS = {
    "echoUuid": echo(TType.UUID, None),
    "echoUuidBox": echo(TType.STRUCT, [UuidBox, UuidBox.thrift_spec]),
}


def protocol_factory(options):
    if options.transport == "header":
        return THeaderProtocol.THeaderProtocolFactory(default_protocol=HEADER[options.protocol])
    return PROTOCOLS[options.protocol]()


def serve(options, idl):
    handler = Handler(idl, NAME)
    processor = Processor(handler, {**idl.service("Interop"), **UUIDS})
    if options.multiplex:
        several = TMultiplexedProcessor.TMultiplexedProcessor()
        several.registerProcessor("Interop", processor)
        several.registerProcessor("Second", Processor(handler, idl.service("Second")))
        processor = several
    if options.transport == "http":
        files = dict(zip(("cert_file", "key_file"), options.tls or ()))
        address = (options.host, options.port)
        THttpServer.THttpServer(processor, address, protocol_factory(options), **files).serve()
    if options.domain_socket:
        socket = TSocket.TServerSocket(unix_socket=options.domain_socket)
    elif options.tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*options.tls)
        socket = TSSLSocket.TSSLServerSocket(options.host, options.port, ssl_context=context)
    else:
        socket = TSocket.TServerSocket(options.host, options.port)
    # One instance for each direction: that of zlib keeps the last transport.
    itrans, otrans = TRANSPORTS[options.transport](), TRANSPORTS[options.transport]()
    protocol = protocol_factory(options)
    if options.transport == "zlib":
        otrans = itrans
    TServer.TThreadedServer(processor, socket, itrans, otrans, protocol, protocol, daemon=True).serve()


def connect(options):
    if options.transport == "http":
        scheme = "https" if options.tls else "http"
        context = ssl.create_default_context(cafile=options.tls[0]) if options.tls else None
        return THttpClient.THttpClient(f"{scheme}://{options.host}:{options.port}/", ssl_context=context)
    if options.domain_socket:
        socket = TSocket.TSocket(unix_socket=options.domain_socket)
    elif options.tls:
        socket = TSSLSocket.TSSLSocket(options.host, options.port, ca_certs=options.tls[0])
    else:
        socket = TSocket.TSocket(options.host, options.port)
    return TRANSPORTS[options.transport]().getTransport(socket)


def peer(options, idl):
    transport = connect(options)
    transport.open()
    protocol = protocol_factory(options).getProtocol(transport)

    def client(service, name="Interop"):
        if not options.multiplex:
            return Client(service, protocol)
        return Client(service, TMultiplexedProtocol.TMultiplexedProtocol(protocol, name))

    second = client(idl.service("Second"), "Second") if options.multiplex else None
    newer = client(idl.service("InteropV2"))
    interop = client(idl.service("InteropPlus"))
    return Peer(idl, interop, newer, TApplicationException, second, client(UUIDS), UuidBox)


def main():
    warnings.simplefilter("ignore", DeprecationWarning)
    options = arguments(PROTOCOLS, TRANSPORTS)
    idl = Stubs(thriftpy2.load(options.idl, module_name="interop_thrift"), defaults=True)
    if options.role == "server":
        serve(options, idl)
    sys.exit(run(lambda: peer(options, idl)))


main()
