"use strict";

// The handler of the interop server.

const ECHOES = [
  "Bool", "I8", "I16", "I32", "I64", "Double", "String", "Binary", "Enum", "List", "Set", "Map", "Empty",
  "Scalars", "Gaps", "Containers", "Options", "Choice", "Tree", "Uuid", "UuidBox",
];

/** Answers `Interop`, `Second` and `UuidSvc`, with the classes of the stubs. */
exports.handler = function ({ Oops, NotFound, Scalars }) {
  const tokens = new Map();
  const text = (value) => (value === null ? "-" : String(value));
  const handler = {
    whoami: () => "node thrift " + require("thrift/package.json").version,
    ping() {},
    describeOptions: ({ id, note, count, label, level, ready }) =>
      `id=${id} note=${text(note)} count=${text(count)} label=${label} level=${level} ready=${text(ready)}`,
    describeChoice({ number, text, record, many }) {
      if (number !== null) return `number:${number}`;
      if (text !== null) return `text:${text}`;
      if (record !== null) return `record:${record.text}`;
      return many === null ? "none" : `many:${many.length}`;
    },
    treeDepth: ({ kids }) => 1 + Math.max(0, ...(kids || []).map(handler.treeDepth)),
    mix: (a, b, c) => BigInt(a) + 10n * b + 100n * BigInt(c.length),
    fail(kind) {
      if (kind === 1) throw new Oops({ code: 1001, reason: "declared" });
      if (kind === 2) throw new NotFound({ key: "k", nearest: new Scalars({ text: "near" }) });
      if (kind !== 0) throw new Error("an error that the IDL does not declare");
      return "ok";
    },
    failVoid(kind) {
      if (kind !== 0) throw new Oops({ code: 1002, reason: "void" });
    },
    fire: (token) => void tokens.set(token, (tokens.get(token) ?? 0) + 1),
    fired: (token) => tokens.get(token) ?? 0,
    greet: (name) => "hello " + name,
    add: (a, b) => a + b,
  };
  for (const type of ECHOES) handler["echo" + type] = (value) => value;
  return handler;
};
