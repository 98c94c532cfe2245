"use strict";

// What Apache's compiler emits for Node, driven by tables: the same calls of protocols, in the same order. A
// struct is an object of its class, a set a `Set`, a map a `Map`, an i64 a `BigInt`, as with `js:node,bigint`.

const thrift = require("thrift");

const { Thrift } = thrift;
const TYPES = {
  bool: Thrift.Type.BOOL,
  i8: Thrift.Type.BYTE,
  i16: Thrift.Type.I16,
  i32: Thrift.Type.I32,
  i64: Thrift.Type.I64,
  double: Thrift.Type.DOUBLE,
  string: Thrift.Type.STRING,
  binary: Thrift.Type.STRING,
  uuid: Thrift.Type.UUID,
  list: Thrift.Type.LIST,
  set: Thrift.Type.SET,
  map: Thrift.Type.MAP,
  struct: Thrift.Type.STRUCT,
};
const SCALARS = {
  bool: "Bool",
  i8: "Byte",
  i16: "I16",
  i32: "I32",
  double: "Double",
  string: "String",
  binary: "Binary",
  uuid: "Uuid",
};

/** The classes, clients and processors of an IDL. */
exports.Stubs = class {
  constructor(idl) {
    this.idl = idl;
    this.classes = {};
    for (const { name, fields, isException } of Object.values(idl.structs)) {
      const Base = isException ? Thrift.TException : Object;
      this.classes[name] = class extends Base {
        constructor(values = {}) {
          super();
          for (const field of fields) this[field.name] = values[field.name] ?? field.default ?? null;
        }
      };
    }
  }

  write(output, type, value) {
    switch (type.kind) {
      case "i64":
        return output.writeI64(thrift.fromBigInt(value));
      case "list":
        output.writeListBegin(TYPES[type.of.kind], value.length);
        for (const item of value) this.write(output, type.of, item);
        return output.writeListEnd();
      case "set":
        output.writeSetBegin(TYPES[type.of.kind], value.size);
        for (const item of value) this.write(output, type.of, item);
        return output.writeSetEnd();
      case "map":
        output.writeMapBegin(TYPES[type.key.kind], TYPES[type.of.kind], value.size);
        for (const [key, item] of value) {
          this.write(output, type.key, key);
          this.write(output, type.of, item);
        }
        return output.writeMapEnd();
      case "struct":
        return this.writeFields(output, this.idl.structs[type.name], value);
      default:
        return output["write" + SCALARS[type.kind]](value);
    }
  }

  writeFields(output, { name, fields }, value) {
    output.writeStructBegin(name);
    for (const field of fields) {
      if (value[field.name] === null || value[field.name] === undefined) continue;
      output.writeFieldBegin(field.name, TYPES[field.type.kind], field.id);
      this.write(output, field.type, value[field.name]);
      output.writeFieldEnd();
    }
    output.writeFieldStop();
    output.writeStructEnd();
  }

  read(input, type) {
    switch (type.kind) {
      case "i64":
        return thrift.toBigInt(input.readI64());
      case "list": {
        const { size } = input.readListBegin();
        const list = Array.from({ length: size || 0 }, () => this.read(input, type.of));
        input.readListEnd();
        return list;
      }
      case "set": {
        const { size } = input.readSetBegin();
        const items = Array.from({ length: size || 0 }, () => this.read(input, type.of));
        input.readSetEnd();
        return new Set(items);
      }
      case "map": {
        const { size } = input.readMapBegin();
        const entries = Array.from({ length: size || 0 }, () => [
          this.read(input, type.key),
          this.read(input, type.of),
        ]);
        input.readMapEnd();
        return new Map(entries);
      }
      case "struct":
        return new this.classes[type.name](this.readFields(input, this.idl.structs[type.name]));
      default:
        return input["read" + SCALARS[type.kind]]();
    }
  }

  readFields(input, { fields }) {
    const values = {};
    input.readStructBegin();
    for (;;) {
      const { ftype, fid } = input.readFieldBegin();
      if (ftype === Thrift.Type.STOP) break;
      const field = fields.find(({ id }) => id === fid);
      if (field && TYPES[field.type.kind] === ftype) values[field.name] = this.read(input, field.type);
      else input.skip(ftype);
      input.readFieldEnd();
    }
    input.readStructEnd();
    return values;
  }

  /** The class of clients of a service; a call returns a promise. */
  client(service) {
    const stubs = this;
    class Client {
      constructor(output, pClass) {
        this.output = output;
        this.pClass = pClass;
        this._seqid = 0;
        this._reqs = {};
      }
      seqid() {
        return this._seqid;
      }
      new_seqid() {
        this._seqid += 1;
        return this._seqid;
      }
    }
    for (const [name, { oneway, args, result }] of Object.entries(this.idl.services[service])) {
      Client.prototype[name] = function (...values) {
        this._seqid = this.new_seqid();
        const seqid = this.seqid();
        const reply = oneway || new Promise((resolve, reject) => {
          this._reqs[seqid] = (error, value) => (error ? reject(error) : resolve(value));
        });
        const output = new this.pClass(this.output);
        try {
          const kind = oneway ? Thrift.MessageType.ONEWAY : Thrift.MessageType.CALL;
          output.writeMessageBegin(name, kind, seqid);
          const named = Object.fromEntries(args.map((field, at) => [field.name, values[at]]));
          stubs.writeFields(output, { name: name + "_args", fields: args }, named);
          output.writeMessageEnd();
          this.output.flush();
        } catch (error) {
          delete this._reqs[seqid];
          if (typeof output.reset === "function") output.reset();
          throw error;
        }
        return reply;
      };
      Client.prototype["recv_" + name] = function (input, mtype, rseqid) {
        const callback = this._reqs[rseqid] || (() => {});
        delete this._reqs[rseqid];
        if (mtype === Thrift.MessageType.EXCEPTION) {
          const error = new Thrift.TApplicationException();
          error.read(input);
          input.readMessageEnd();
          return callback(error);
        }
        const values = stubs.readFields(input, { fields: result });
        input.readMessageEnd();
        for (const field of result) {
          if (field.id !== 0 && values[field.name]) return callback(values[field.name]);
        }
        if (values.success === undefined && result.some(({ id }) => id === 0)) {
          return callback(name + " failed: unknown result");
        }
        return callback(null, values.success);
      };
    }
    return Client;
  }

  /** The processor of a service. */
  processor(service, handler) {
    const stubs = this;
    const methods = this.idl.services[service];
    return {
      process(input, output) {
        const { fname, rseqid } = input.readMessageBegin();
        const method = methods[fname];
        function reply(kind, write) {
          output.writeMessageBegin(fname, kind, rseqid);
          write();
          output.writeMessageEnd();
          output.flush();
        }
        function exception(error) {
          reply(Thrift.MessageType.EXCEPTION, () => error.write(output));
        }
        if (!method) {
          input.skip(Thrift.Type.STRUCT);
          input.readMessageEnd();
          const { UNKNOWN_METHOD } = Thrift.TApplicationExceptionType;
          return exception(new Thrift.TApplicationException(UNKNOWN_METHOD, "Unknown function " + fname));
        }
        const values = stubs.readFields(input, { fields: method.args });
        input.readMessageEnd();
        const args = method.args.map(({ name }) => values[name] ?? null);
        const answered = new Promise((resolve) => resolve(handler[fname](...args)));
        if (method.oneway) return answered.catch(() => {});
        const result = (fields) =>
          reply(Thrift.MessageType.REPLY, () =>
            stubs.writeFields(output, { name: fname + "_result", fields: method.result }, fields),
          );
        return answered.then(
          (success) => result({ success }),
          (error) => {
            const { name } =
              method.result.find(({ type }) => type.name && error instanceof stubs.classes[type.name]) ?? {};
            if (name) return result({ [name]: error });
            const { UNKNOWN } = Thrift.TApplicationExceptionType;
            return exception(new Thrift.TApplicationException(UNKNOWN, error.message));
          },
        );
      },
    };
  }
};
