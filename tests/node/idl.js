"use strict";

// Reads the IDL of the interop tests: what Apache's compiler would know of it. Constants, annotations, default
// values of containers, and includes are not supported, as those files have none.

const BASE = new Set(["bool", "byte", "i8", "i16", "i32", "i64", "double", "string", "binary", "uuid", "void"]);

/** Parses the text of IDL files, into structs and services by name. */
exports.parse = function (text) {
  const tokens = text
    .replace(/\/\/.*|#.*|\/\*[^]*?\*\//g, "")
    .match(/"[^"]*"|[-\w.]+|[{}()<>=:,;]/g);
  const idl = { structs: {}, services: {} };
  const enums = new Set();
  const typedefs = {};
  let at = 0;

  const next = () => tokens[at++];
  const skip = (token) => tokens[at] === token && Boolean(at++);
  const expect = (token) => {
    if (!skip(token)) throw new Error(`expected ${token}, found ${tokens[at]}`);
  };

  function type() {
    const name = next();
    if (name === "list" || name === "set") {
      expect("<");
      const of = type();
      expect(">");
      return { kind: name, of };
    }
    if (name === "map") {
      expect("<");
      const key = type();
      expect(",");
      const of = type();
      expect(">");
      return { kind: name, key, of };
    }
    if (typedefs[name]) return typedefs[name];
    if (name === "byte") return { kind: "i8" };
    if (BASE.has(name)) return { kind: name };
    return enums.has(name) ? { kind: "i32" } : { kind: "struct", name };
  }

  function fields(end) {
    const found = [];
    while (!skip(end)) {
      const id = Number(next());
      expect(":");
      if (tokens[at] === "required" || tokens[at] === "optional") at++;
      const field = { id, type: type(), name: next() };
      if (skip("=")) {
        const value = next();
        field.default = value.startsWith('"') ? value.slice(1, -1) : Number(value);
      }
      skip(",") || skip(";");
      found.push(field);
    }
    return found;
  }

  function service(name) {
    const methods = {};
    if (skip("extends")) Object.assign(methods, idl.services[next()]);
    expect("{");
    while (!skip("}")) {
      const oneway = skip("oneway");
      const returns = type();
      const method = next();
      expect("(");
      const args = fields(")");
      let throws = [];
      if (skip("throws")) {
        expect("(");
        throws = fields(")");
      }
      skip(",") || skip(";");
      const success = returns.kind === "void" ? [] : [{ id: 0, type: returns, name: "success" }];
      methods[method] = { oneway, args, result: [...success, ...throws] };
    }
    idl.services[name] = methods;
  }

  while (at < tokens.length) {
    const keyword = next();
    if (keyword === "namespace") at += 2;
    else if (keyword === "const") {
      while (!skip("=")) at++;
      at++;
    } else if (keyword === "typedef") {
      const target = type();
      typedefs[next()] = target;
    } else if (keyword === "enum") {
      enums.add(next());
      while (!skip("}")) at++;
    } else if (keyword === "service") {
      service(next());
    } else {
      const name = next();
      expect("{");
      idl.structs[name] = { name, isException: keyword === "exception", fields: fields("}") };
    }
  }
  return idl;
};
