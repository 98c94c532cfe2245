"""Apache Thrift and thriftpy2 as peers of the codec: they read values and write them again, and make
random values themselves.

    values_peer.py IDL

Requests come on stdin, answers go to stdout: each is its length in four bytes, and the bytes. An answer
begins with `+`, or with `-` if the rest tells what went wrong.

    names                                       the protocols that there are, and the items of the IDL
    again PROTOCOL ITEM <newline> VALUE         the value, read and written again
    make PROTOCOL ITEM SEED                     a random value
    same PROTOCOL ITEM SEED <newline> VALUE     whether it is the value that `make` made

thriftpy2 loads the IDL. What it makes of it is turned into what Apache's compiler would emit: `apache_stubs.py`.
"""

import random
import re
import struct
import sys
import traceback

import thriftpy2
from apache_stubs import Stubs, split
from thrift.protocol import TBinaryProtocol, TCompactProtocol, TJSONProtocol
from thrift.transport import TTransport
from thriftpy2.protocol.binary import TBinaryProtocol as PyBinary
from thriftpy2.protocol.compact import TCompactProtocol as PyCompact
from thriftpy2.protocol.cybin import TCyBinaryProtocol as CyBinary
from thriftpy2.thrift import TType as PyType
from thriftpy2.transport import TCyMemoryBuffer, TMemoryBuffer

IDL = sys.argv[1]
MODULE = thriftpy2.load(IDL, module_name="peers_thrift")
STUBS = Stubs(MODULE)


def read_idl():
    """The items of the IDL, which of them are unions, and which of their fields may be absent."""
    items, unions, optional = [], set(), set()
    with open(IDL, encoding="utf-8") as file:
        for line in file:
            item = re.match(r"(struct|union|exception) (\w+) {", line)
            field = re.match(r"    (-?\d+): (required |optional )?", line)
            if item:
                items.append(item[2])
                if item[1] == "union":
                    unions.add(item[2])
            elif field and field[2] == "optional ":
                optional.add((items[-1], int(field[1])))
    return items, unions, optional


ITEMS, UNIONS, OPTIONAL = read_idl()
DEFAULTS = {
    (name, field)
    for name in ITEMS
    for field, default in getattr(MODULE, name).default_spec
    if default is not None
}


APACHE = {name: STUBS.of(getattr(MODULE, name)) for name in ITEMS}


# Protocols: how a class reads bytes, and how an object becomes bytes.


def apache(protocol):
    def read(cls, data):
        value = cls()
        transport = TTransport.TMemoryBuffer(data)
        value.read(protocol(transport))
        return value

    def write(value):
        transport = TTransport.TMemoryBuffer()
        value.write(protocol(transport))
        return transport.getvalue()

    return APACHE, read, write


def thriftpy(protocol, buffer):
    classes = {name: getattr(MODULE, name) for name in ITEMS}

    def read(cls, data):
        value = cls()
        # Nothing is set that does not come.
        for field in cls.thrift_spec.values():
            setattr(value, field[1], None)
        value.read(protocol(buffer(data)))
        return value

    def write(value):
        transport = buffer()
        out = protocol(transport)
        value.write(out)
        out.write_message_end()
        return transport.getvalue()

    return classes, read, write


PROTOCOLS = {
    "apache-binary": apache(TBinaryProtocol.TBinaryProtocol),
    "apache-compact": apache(TCompactProtocol.TCompactProtocol),
    "apache-json": apache(TJSONProtocol.TJSONProtocol),
    "thriftpy2-binary": thriftpy(PyBinary, TMemoryBuffer),
    "thriftpy2-cython": thriftpy(CyBinary, TCyMemoryBuffer),
    "thriftpy2-compact": thriftpy(PyCompact, TMemoryBuffer),
}
try:
    from thrift.protocol import fastbinary  # noqa: F401

    PROTOCOLS["apache-binary-in-c"] = apache(TBinaryProtocol.TBinaryProtocolAccelerated)
    PROTOCOLS["apache-compact-in-c"] = apache(TCompactProtocol.TCompactProtocolAccelerated)
except ImportError:
    # It is compiled where the package is installed, if there is a compiler.
    pass


# Random values.


def text(rng):
    alphabet = ["a", "Z", " ", '"', "\\", "/", "\t", "\x7f", "é", "\u2028", "漢", "\uffff", "🦀"]
    length = rng.choice([0, 1, 3, 10, rng.randrange(200)])
    return "".join(rng.choice(alphabet) for _ in range(length))


def number(rng, bits):
    value = rng.getrandbits(bits) - (1 << (bits - 1))
    return value >> rng.randrange(bits)


def make(rng, classes, ttype, spec, depth):
    def several(make_one):
        most = 0 if depth <= 0 else rng.choice([0, 1, 2, 3, 16 if depth == 1 else 2])
        return [make_one() for _ in range(most)]

    if ttype == PyType.BOOL:
        return rng.random() < 0.5
    if ttype == PyType.BYTE:
        return number(rng, 8)
    if ttype == PyType.I16:
        return number(rng, 16)
    if ttype == PyType.I32:
        # Also an enum: a number that it does not know is as good as others.
        return number(rng, 32)
    if ttype == PyType.I64:
        return number(rng, 64)
    if ttype == PyType.DOUBLE:
        special = [0.0, -0.0, float("inf"), float("-inf"), 5e-324, 1.7976931348623157e308, 0.1]
        return rng.choice([rng.choice(special), rng.uniform(-1e6, 1e6), number(rng, 40) / 8])
    if ttype == PyType.STRING:
        return text(rng)
    if ttype == PyType.BINARY:
        return rng.getrandbits(8 * 40).to_bytes(40, "big")[: rng.randrange(41)]
    if ttype == PyType.LIST:
        element = split(spec)
        return several(lambda: make(rng, classes, *element, depth - 1))
    if ttype == PyType.SET:
        element = split(spec)
        return set(several(lambda: make(rng, classes, *element, depth - 1)))
    if ttype == PyType.MAP:
        key, value = map(split, spec)
        return dict(
            several(
                lambda: (
                    make(rng, classes, *key, depth - 1),
                    make(rng, classes, *value, depth - 1),
                )
            )
        )
    return make_item(rng, classes, spec.__name__, depth - 1)


def make_item(rng, classes, name, depth):
    fields = getattr(MODULE, name).thrift_spec
    only = rng.choice(list(fields)) if name in UNIONS else None
    value = classes[name]()
    for fid, field in fields.items():
        there = fid == only if name in UNIONS else True
        # In Rust, an optional field with a default is never absent.
        if (name, fid) in OPTIONAL and (name, field[1]) not in DEFAULTS:
            there = depth > 0 and rng.random() < 0.5
        made = None
        if there:
            made = make(rng, classes, field[0], field[2] if len(field) == 4 else None, depth)
        setattr(value, field[1], made)
    return value


def plain(value, ttype, spec):
    """The value as one that can be compared: sets come as lists from some."""
    if value is None:
        return None
    if ttype == PyType.DOUBLE:
        # The sign of zero counts.
        return struct.pack(">d", value)
    if ttype == PyType.LIST:
        return [plain(element, *split(spec)) for element in value]
    if ttype == PyType.SET:
        return sorted(repr(plain(element, *split(spec))) for element in value), len(value)
    if ttype == PyType.MAP:
        key, of = map(split, spec)
        entries = ((plain(k, *key), plain(v, *of)) for k, v in value.items())
        return sorted(entries, key=repr)
    if ttype == PyType.STRUCT:
        return plain_item(value, spec.__name__)
    return value


def plain_item(value, name):
    fields = getattr(MODULE, name).thrift_spec.values()
    return [
        plain(getattr(value, field[1]), field[0], field[2] if len(field) == 4 else None)
        for field in fields
    ]


# Requests.


def answer(request):
    words, _, data = request.partition(b"\n")
    command, *arguments = words.decode().split()
    if command == "names":
        return (" ".join(PROTOCOLS) + "\n" + " ".join(ITEMS)).encode()
    protocol, name, *seed = arguments
    classes, read, write = PROTOCOLS[protocol]
    if command == "again":
        return write(read(classes[name], data))
    made = make_item(random.Random(int(seed[0])), classes, name, 3)
    if command == "make":
        return write(made)
    found, expected = plain_item(read(classes[name], data), name), plain_item(made, name)
    if found != expected:
        raise ValueError(f"{found}\nread, but made was\n{expected}")
    return b""


def main():
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while header := requests.read(4):
        request = requests.read(int.from_bytes(header, "big"))
        try:
            reply = b"+" + answer(request)
        except Exception:
            reply = b"-" + traceback.format_exc().encode()
        answers.write(len(reply).to_bytes(4, "big") + reply)
        answers.flush()


main()
