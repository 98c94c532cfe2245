"""ThriftPy's own JSON protocol from its side.

json_peer.py IDL serve PORT buffered|framed    serves Echo
json_peer.py IDL call PORT buffered|framed     calls Echo, and fails if anything is not as it should be
json_peer.py IDL values                        prints a value; reads values in hex, and prints them encoded anew
"""
import sys

import thriftpy2
from thriftpy2.protocol.json import TJSONProtocolFactory
from thriftpy2.rpc import make_client, make_server
from thriftpy2.thrift import TApplicationException
from thriftpy2.transport import TBufferedTransportFactory, TFramedTransportFactory
from thriftpy2.utils import deserialize, serialize

idl = thriftpy2.load(sys.argv[1], module_name="names_thrift")
transports = {"buffered": TBufferedTransportFactory, "framed": TFramedTransportFactory}
protocol = TJSONProtocolFactory()


def everything():
    return idl.Everything(
        yes=True, tiny=-128, small=-300, medium=70000, large=-(1 << 62), real=1.5,
        text="tab\t\"quoted\" \\ é € 😀 \x01\x7f/", blob=b"\x00\xff\x80abc", color=4,
        inner=idl.Inner(text="in", number=9007199254740993), inners=[idl.Inner(text=""), idl.Inner(text="b")],
        numbers={3}, counts={"a": 1, "b": 2}, nested={-1: {5: ["x", "y"]}, 2: {}},
        either=idl.Either(inner=idl.Inner(text="u")), flags=[True, False], far="below",
    )


class Dispatcher:
    def echo(self, value):
        return value

    def add(self, a, b):
        return a + b

    def nothing(self):
        pass

    def refuse(self, why):
        raise idl.Refused(why=why, code=7)

    def tell(self, news):
        print(news, flush=True)


def serve(port, framing):
    make_server(idl.Echo, Dispatcher(), "127.0.0.1", port,
                proto_factory=protocol, trans_factory=transports[framing]()).serve()


def call(port, framing):
    client = make_client(idl.Echo, "127.0.0.1", port,
                         proto_factory=protocol, trans_factory=transports[framing]())
    value = everything()
    answer = client.echo(value)
    # Sets are lists on their way.
    answer.numbers = set(answer.numbers)
    assert answer == value, answer
    assert client.add(40, 2) == 42
    assert client.nothing() is None
    client.tell("news")
    try:
        client.refuse("because")
        raise SystemExit("nothing was thrown")
    except idl.Refused as refused:
        assert (refused.why, refused.code) == ("because", 7)
    try:
        client.refuse("not declared")
        raise SystemExit("nothing was thrown")
    except TApplicationException as error:
        assert "not declared" in str(error), error
    assert client.add(1, 2) == 3
    client.close()


def values():
    print(serialize(everything(), protocol).hex(), flush=True)
    for line in sys.stdin:
        value = deserialize(idl.Everything(), bytes.fromhex(line), protocol)
        print(serialize(value, protocol).hex(), flush=True)


if sys.argv[2] == "values":
    values()
else:
    {"serve": serve, "call": call}[sys.argv[2]](int(sys.argv[3]), sys.argv[4])
