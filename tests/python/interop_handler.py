"""The handler of an interop server, for any Python implementation of Thrift; and the command line."""

import argparse
from collections import Counter


class Undeclared(Exception):
    """An exception that the IDL does not declare."""


class Handler:
    """Answers `Interop`, `Second` and `UuidSvc`."""

    def __init__(self, idl, name):
        self.idl = idl
        self.name = name
        self.tokens = Counter()

    def __getattr__(self, name):
        if name.startswith("echo"):
            return lambda value: value
        raise AttributeError(name)

    def whoami(self):
        return self.name

    def ping(self):
        pass

    def describeOptions(self, options):
        def text(value):
            return "-" if value is None else str(value)

        ready = text(options.ready).lower()
        return (f"id={options.id} note={text(options.note)} count={text(options.count)} "
                f"label={options.label} level={options.level} ready={ready}")

    def describeChoice(self, choice):
        if choice.number is not None:
            return f"number:{choice.number}"
        if choice.text is not None:
            return f"text:{choice.text}"
        if choice.record is not None:
            return f"record:{choice.record.text}"
        if choice.many is not None:
            return f"many:{len(choice.many)}"
        return "none"

    def treeDepth(self, tree):
        return 1 + max(map(self.treeDepth, tree.kids or []), default=0)

    def mix(self, a, b, c):
        return a + 10 * b + 100 * len(c)

    def fail(self, kind):
        if kind == 1:
            raise self.idl.Oops(code=1001, reason="declared")
        if kind == 2:
            raise self.idl.NotFound(key="k", nearest=self.idl.Scalars(text="near"))
        if kind:
            raise Undeclared("an error that the IDL does not declare")
        return "ok"

    def failVoid(self, kind):
        if kind:
            raise self.idl.Oops(code=1002, reason="void")

    def fire(self, token):
        self.tokens[token] += 1

    def fired(self, token):
        return self.tokens[token]

    def greet(self, name):
        return f"hello {name}"

    def add(self, a, b):
        return a + b


def arguments(protocols, transports):
    """Parses `server|client IDL --port …`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["server", "client"])
    parser.add_argument("idl")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9090)
    parser.add_argument("--protocol", choices=protocols, default="binary")
    parser.add_argument("--transport", choices=transports, default="buffered")
    parser.add_argument("--multiplex", action="store_true")
    parser.add_argument("--domain-socket")
    # The server's certificate and key, or the client's certificate authority.
    parser.add_argument("--tls", nargs="+")
    return parser.parse_args()
