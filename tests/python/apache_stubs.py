"""What Apache's compiler emits for Python, made at run time of an IDL that thriftpy2 has loaded.

Classes of structs have the tables that the compiler emits as `thrift_spec`; clients and processors make the
same calls of protocols as the emitted ones.
"""

from thrift.protocol.TBase import TBase, TExceptionBase
from thrift.Thrift import TApplicationException, TMessageType, TProcessor, TType
from thrift.transport.TTransport import TTransportException
from thriftpy2.thrift import TException as PyException
from thriftpy2.thrift import TType as PyType


def split(ttype):
    """The type of an element, and what there is to know of it."""
    return ttype if isinstance(ttype, tuple) else (ttype, None)


class Stubs:
    """Apache's classes of an IDL, by their names. Fields are absent at first, unless `defaults` are asked for."""

    def __init__(self, module, defaults=False):
        self._classes = {}
        self._module = module
        self._defaults = defaults

    def __getattr__(self, name):
        return self.of(getattr(self._module, name))

    def of(self, source):
        """Apache's class for one of thriftpy2."""
        if source not in self._classes:
            pending = []
            made = self._make(source, pending)
            # The table of a recursive class is complete only now.
            for table in pending:
                table[1] = table[0].thrift_spec
            return made
        return self._classes[source]

    def _make(self, source, pending):
        if source in self._classes:
            return self._classes[source]
        names = tuple(field[1] for field in source.thrift_spec.values())
        defaults = dict(source.default_spec) if self._defaults else {}

        def init(self, **fields):
            for name in names:
                setattr(self, name, fields.get(name, defaults.get(name)))

        base = TExceptionBase if issubclass(source, PyException) else TBase
        made = type(source.__name__, (base,), {"__slots__": names, "__init__": init, "__hash__": None})
        if base is TExceptionBase:
            made.__hash__ = Exception.__hash__
        self._classes[source] = made
        fields = {}
        for number, field in source.thrift_spec.items():
            ttype, spec = self._type(field[0], field[2] if len(field) == 4 else None, pending)
            fields[number] = (number, ttype, field[1], spec, defaults.get(field[1]))
        made.thrift_spec = tuple(fields.get(number) for number in range(max(fields, default=-1) + 1))
        return made

    def _type(self, ttype, spec, pending):
        if ttype == PyType.BINARY:
            return TType.STRING, "BINARY"
        if ttype == PyType.STRING:
            return TType.STRING, "UTF8"
        if ttype == PyType.STRUCT:
            table = [self._make(spec, pending), None]
            pending.append(table)
            return ttype, table
        if ttype in (PyType.LIST, PyType.SET):
            return ttype, (*self._type(*split(spec), pending), False)
        if ttype == PyType.MAP:
            key, value = map(split, spec)
            return ttype, (*self._type(*key, pending), *self._type(*value, pending), False)
        return ttype, None

    def service(self, name):
        """The methods of a service: the classes of arguments and results, and whether they are oneway."""
        service = getattr(self._module, name)
        return {
            method: Method(
                self.of(getattr(service, method + "_args")),
                self.of(getattr(service, method + "_result")),
                getattr(service, method + "_result").oneway,
                [field[1] for field in getattr(service, method + "_args").thrift_spec.values()],
            )
            for method in service.thrift_services
        }


class Method:
    """A method of a service. `names` are those of its arguments in their order in the IDL."""

    def __init__(self, arguments, result, oneway, names):
        self.arguments = arguments
        self.result = result
        self.oneway = oneway
        self.names = names


class Client:
    """The client of a service."""

    def __init__(self, service, iprot, oprot=None):
        self._service = service
        self._iprot = iprot
        self._oprot = oprot or iprot

    def __getattr__(self, name):
        if name not in self._service:
            raise AttributeError(name)
        return lambda *values: self._call(name, self._service[name], values)

    def _call(self, name, method, values):
        kind = TMessageType.ONEWAY if method.oneway else TMessageType.CALL
        self._oprot.writeMessageBegin(name, kind, 0)
        method.arguments(**dict(zip(method.names, values))).write(self._oprot)
        self._oprot.writeMessageEnd()
        self._oprot.trans.flush()
        if method.oneway:
            return None
        _, kind, _ = self._iprot.readMessageBegin()
        if kind == TMessageType.EXCEPTION:
            error = TApplicationException()
            error.read(self._iprot)
            self._iprot.readMessageEnd()
            raise error
        result = method.result()
        result.read(self._iprot)
        self._iprot.readMessageEnd()
        for field in result.thrift_spec[1:]:
            if field and getattr(result, field[2]) is not None:
                raise getattr(result, field[2])
        if not result.thrift_spec or result.thrift_spec[0] is None:
            return None
        if result.success is None:
            raise TApplicationException(TApplicationException.MISSING_RESULT, f"{name} failed: unknown result")
        return result.success


class Processor(TProcessor):
    """The processor of a service."""

    def __init__(self, handler, service):
        self._handler = handler
        self._service = service
        self._on_message_begin = None

    def on_message_begin(self, func):
        self._on_message_begin = func

    def process(self, iprot, oprot):
        name, kind, seqid = iprot.readMessageBegin()
        if self._on_message_begin:
            self._on_message_begin(name, kind, seqid)
        method = self._service.get(name)
        if method is None:
            iprot.skip(TType.STRUCT)
            iprot.readMessageEnd()
            error = TApplicationException(TApplicationException.UNKNOWN_METHOD, f"Unknown function {name}")
            reply(oprot, name, TMessageType.EXCEPTION, seqid, error)
            return None
        arguments = method.arguments()
        arguments.read(iprot)
        iprot.readMessageEnd()
        kind, result = TMessageType.REPLY, method.result()
        try:
            answer = getattr(self._handler, name)(*(getattr(arguments, name) for name in method.names))
            if "success" in result.__slots__:
                result.success = answer
        except TTransportException:
            raise
        except Exception as error:
            for field in result.thrift_spec[1:]:
                if field and isinstance(error, field[3][0]):
                    setattr(result, field[2], error)
                    break
            else:
                kind = TMessageType.EXCEPTION
                result = TApplicationException(TApplicationException.INTERNAL_ERROR, "Internal error")
        if not method.oneway:
            reply(oprot, name, kind, seqid, result)
        return True


def reply(oprot, name, kind, seqid, body):
    oprot.writeMessageBegin(name, kind, seqid)
    body.write(oprot)
    oprot.writeMessageEnd()
    oprot.trans.flush()
