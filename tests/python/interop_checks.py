"""The checks of an interop client, in their order, for any Python implementation of Thrift.

An outcome is printed as one line: `PASS name`, `FAIL name: why` or `SKIP name: why`.
"""

import math
import os
import signal
import sys
import uuid


class Skip(Exception):
    """The check does not apply to the peer."""


class Peer:
    """What is checked: the clients of one connection, and the classes of the implementation."""

    def __init__(self, idl, client, newer, application_exception, second=None, uuids=None, uuid_box=None):
        self.idl = idl
        self.client = client
        self.newer = newer
        self.application_exception = application_exception
        self.second = second
        self.uuids = uuids
        self.uuid_box = uuid_box


def fields(value):
    """The fields of a struct; `None` for other values."""
    if not hasattr(value, "thrift_spec"):
        return None
    names = getattr(value, "__slots__", None) or getattr(value, "__dict__", None)
    return None if names is None else {name: getattr(value, name) for name in names}


def same(found, expected):
    """Whether values are equal. Some implementations decode sets as lists."""
    if isinstance(expected, set):
        return len(found) == len(expected) and set(found) == expected
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in expected)
    if isinstance(expected, (list, tuple)):
        return len(found) == len(expected) and all(map(same, found, expected))
    if type(found) is not type(expected):
        return False
    return same(fields(found), fields(expected)) if fields(expected) else found == expected


def equal(found, expected):
    assert same(found, expected), f"got {found!r:.400} instead of {expected!r:.400}"


def each(echo, *values):
    for value in values:
        equal(echo(value), value)


def integers(bits):
    half = 1 << (bits - 1)
    return 0, 1, -1, -half, half - 1


def scalars(idl):
    return idl.Scalars(
        flag=True, tiny=-8, small=1600, medium=-320000, large=1 << 60, real=2.25, text="scalars é",
        blob=bytes([0, 127, 128, 255]), color=2, stamp=-9,
    )


def containers(idl):
    return idl.Containers(
        ints=[1, -2, 3], tags={"x", "y"}, counts={"one": 1, "big": (1 << 63) - 1}, flags=[True, False, True],
        by_id={5: [scalars(idl), scalars(idl)], -5: []}, grid=[[], ["a"], ["b", "c"]],
        deep={"deep": {1: {10, 11}, 2: set()}}, reals=[0.5, -1e10], bits={1: True, -1: False}, palette=[1, 5],
        blobs=[b"", b"\xff\xfe"], names={1: "red", 5: "blue"}, nothings=[idl.Empty(), idl.Empty()],
        shorts={-300, 0, 300},
    )


def whoami(peer):
    name = peer.client.whoami()
    print("server:", name)
    assert name


def ping(peer):
    equal(peer.client.ping(), None)


def double_negzero(peer):
    equal(math.copysign(1, peer.client.echoDouble(-0.0)), -1.0)


def double_nonfinite(peer):
    each(peer.client.echoDouble, math.inf, -math.inf)
    assert math.isnan(peer.client.echoDouble(math.nan))


def binary(peer):
    whole = bytes(range(256))
    each(peer.client.echoBinary, *(whole[250 - length:250] for length in range(6)), whole)


def list_(peer):
    each(peer.client.echoList, *([n * 7 - 3 for n in range(size)] for size in (0, 1, 14, 15, 16, 1000)))


def scalars_(peer):
    each(peer.client.echoScalars, scalars(peer.idl))
    # A peer that has no null answers with defaults.
    answer = peer.client.echoScalars(peer.idl.Scalars())
    assert not any(getattr(answer, name) for name in ("flag", "tiny", "medium", "real", "text", "blob")), answer


def gaps(peer):
    each(peer.client.echoGaps, peer.idl.Gaps(
        forty=40, one=True, sixteen=False, seventeen=-17, thousand="thousand", last=True,
    ))


def containers_(peer):
    each(peer.client.echoContainers, containers(peer.idl))


def containers_empty(peer):
    each(peer.client.echoContainers, peer.idl.Containers(
        ints=[], tags=set(), counts={}, flags=[], by_id={}, grid=[], deep={}, reals=[], bits={}, palette=[],
        blobs=[], names={}, nothings=[], shorts=set(),
    ))


def everything(idl):
    return idl.Options(id=2, note="n", count=-3, label="l", level=0, ready=False)


def options(peer):
    each(peer.client.echoOptions, peer.idl.Options(id=1), everything(peer.idl))


def options_described(peer):
    equal(peer.client.describeOptions(peer.idl.Options(id=1)),
          "id=1 note=- count=- label=unnamed level=7 ready=-")
    equal(peer.client.describeOptions(everything(peer.idl)), "id=2 note=n count=-3 label=l level=0 ready=false")


def union(peer):
    for arm, described in (
        ({"number": -5}, "number:-5"),
        ({"text": "t"}, "text:t"),
        ({"record": scalars(peer.idl)}, "record:scalars é"),
        ({"many": [1, 2, 3]}, "many:3"),
    ):
        each(peer.client.echoChoice, peer.idl.Choice(**arm))
        equal(peer.client.describeChoice(peer.idl.Choice(**arm)), described)


def recursion(peer):
    tree = peer.idl.Tree
    leaves = [tree(value=value, kids=[]) for value in range(3)]
    each(peer.client.echoTree, tree(value=-1, kids=[tree(value=9, kids=leaves) for _ in range(4)]))
    chain = tree(value=0, kids=[])
    for value in range(1, 30):
        chain = tree(value=value, kids=[chain])
    equal(peer.client.treeDepth(chain), 30)


def fails(call, kind):
    try:
        answer = call()
    except kind as error:
        return error
    raise AssertionError(f"answered with {answer!r:.400}")


def fail_declared(peer):
    oops = fails(lambda: peer.client.fail(1), peer.idl.Oops)
    equal((oops.code, oops.reason), (1001, "declared"))
    missing = fails(lambda: peer.client.fail(2), peer.idl.NotFound)
    equal((missing.key, missing.nearest.text), ("k", "near"))


def fail_void(peer):
    equal(peer.client.failVoid(0), None)
    oops = fails(lambda: peer.client.failVoid(1), peer.idl.Oops)
    equal((oops.code, oops.reason), (1002, "void"))


def large(peer):
    blob = bytes(n % 251 for n in range(1 << 20))
    assert peer.client.echoBinary(blob) == blob, "another blob"
    text = "é" * (1 << 19)
    assert peer.client.echoString(text) == text, "another text"


def oneway(peer):
    token = f"token {os.getpid()}"
    for _ in range(3):
        peer.client.fire(token)
    equal(peer.client.fired(token), 3)


def unknown(peer, blob, blobs):
    idl, inner = peer.idl, scalars(peer.idl)
    inner.blob = blob
    structure = containers(idl)
    structure.blobs, structure.by_id = blobs, {5: [inner]}
    answer = peer.newer.echoOptions(idl.OptionsV2(
        id=9, note="kept", extra_map={"k": [inner]}, extra_set={-(1 << 63), 0}, extra_struct=structure,
        extra_bool=True, extra_double=-0.5, extra_bools=[True, False],
    ))
    equal((answer.id, answer.note, answer.extra_map), (9, "kept", None))
    ping(peer)


def unknown_method(peer):
    arguments = containers(peer.idl)
    # `unknown_binary` is about what is not UTF-8.
    arguments.blobs, arguments.by_id = [b"text"], {}
    error = fails(lambda: peer.client.notThere(arguments, 5), peer.application_exception)
    equal(error.type, peer.application_exception.UNKNOWN_METHOD)
    ping(peer)


def undeclared(peer):
    error = fails(lambda: peer.client.fail(3), peer.application_exception)
    print("undeclared:", error.type)
    ping(peer)


def second(peer):
    if peer.second is None:
        raise Skip("the server is not multiplexed")
    assert "you" in peer.second.greet("you")
    equal(peer.second.add(40, 2), 42)
    ping(peer)


def uuid_(peer):
    if peer.uuids is None:
        raise Skip("the client has no uuid")
    one, other = uuid.UUID("00112233-4455-4677-8899-aabbccddeeff"), uuid.UUID(int=(1 << 128) - 1)
    try:
        each(peer.uuids.echoUuid, one)
    except peer.application_exception as error:
        if error.type == peer.application_exception.UNKNOWN_METHOD:
            raise Skip("the server has no uuid") from error
        raise
    each(peer.uuids.echoUuidBox, peer.uuid_box(id=one, ids=[other, one], names={one: "first", other: "last"}))


CHECKS = [
    ("whoami", whoami),
    ("ping", ping),
    ("bool", lambda peer: each(peer.client.echoBool, True, False)),
    ("i8", lambda peer: each(peer.client.echoI8, *integers(8))),
    ("i16", lambda peer: each(peer.client.echoI16, *integers(16))),
    ("i32", lambda peer: each(peer.client.echoI32, *integers(32))),
    ("i64", lambda peer: each(peer.client.echoI64, *integers(64))),
    ("double", lambda peer: each(peer.client.echoDouble, 0.0, 1.5, -1.1, 1e300, 5e-324, 3.141592653589793)),
    ("double_negzero", double_negzero),
    ("double_nonfinite", double_nonfinite),
    ("string", lambda peer: each(peer.client.echoString, "", "hello", "0123456789" * 30)),
    ("string_unicode", lambda peer: each(peer.client.echoString, "héllo", "漢字", "😀𝄞")),
    ("string_escapes", lambda peer: each(peer.client.echoString, '" \\ / \b \f \n \r \t \x01 \x7f')),
    ("binary", binary),
    ("enum", lambda peer: each(peer.client.echoEnum, 1, 5, 2147483647)),
    ("list", list_),
    ("set", lambda peer: each(peer.client.echoSet, set(), {"a", "b", "é"})),
    ("map", lambda peer: each(peer.client.echoMap, {}, {"a": 1, "b": -2, "é": 2147483647})),
    ("empty_struct", lambda peer: each(peer.client.echoEmpty, peer.idl.Empty())),
    ("scalars", scalars_),
    ("gaps", gaps),
    ("containers", containers_),
    ("containers_empty", containers_empty),
    ("options", options),
    ("options_described", options_described),
    ("union", union),
    ("recursion", recursion),
    ("mix", lambda peer: equal(peer.client.mix(3, -20, ["a", "b"]), 3 - 200 + 200)),
    ("fail_ok", lambda peer: equal(peer.client.fail(0), "ok")),
    ("fail_declared", fail_declared),
    ("fail_void", fail_void),
    ("large", large),
    ("oneway", oneway),
    ("unknown_fields", lambda peer: unknown(peer, b"", [])),
    ("unknown_binary", lambda peer: unknown(peer, b"\xff\xfe\x80", [b"\xff\xfe", b"\x80"])),
    ("unknown_method", unknown_method),
    ("undeclared", undeclared),
    ("second", second),
    ("uuid", uuid_),
]


# Seconds that a check may take.
PATIENCE = 60
# Seconds for one that is known to take minutes.
HOPELESS = 8


def give_up(*_):
    raise TimeoutError("not done in time")


def run(connect, hopeless=()):
    """
    Runs all checks and returns the exit status. `connect` makes a peer; after a failure it makes another.
    Checks that are known to take minutes are hopeless, and given up soon.
    """
    try:
        peer = connect()
    except Exception as error:
        print(f"cannot connect: {error}", file=sys.stderr)
        return 2
    failed = False
    signal.signal(signal.SIGALRM, give_up)
    for name, check in CHECKS:
        signal.alarm(HOPELESS if name in hopeless else PATIENCE)
        try:
            peer = peer or connect()
            check(peer)
            print("PASS", name, flush=True)
        except Skip as why:
            print(f"SKIP {name}: {why}", flush=True)
        except Exception as error:
            why = str(error).replace("\n", " ")
            print(f"FAIL {name}: {type(error).__name__}: {why:.600}", flush=True)
            failed, peer = True, None
    return int(failed)
