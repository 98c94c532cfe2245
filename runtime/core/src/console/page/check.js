// Whether JSON fits a type, by the rules and in the words of the server, so that mistakes are shown while they are
// made. The server checks again.

const RANGES = { i8: 7n, byte: 7n, i16: 15n, i32: 31n, i64: 63n };
const UUID = /^\{?[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\}?$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** Nobody reads more. */
const MOST_ERRORS = 50;

/** The mistakes in a value: objects of `path`, `message`, the node and its place. */
function mistakes(idl, type, node) {
  const errors = [];
  new Checker(idl, errors).value(type, node, idl.typeName(type));
  return errors;
}

class Checker {
  constructor(idl, errors) {
    this.idl = idl;
    this.errors = errors;
  }

  error(node, path, message, start, end) {
    if (this.errors.length >= MOST_ERRORS) return;
    this.errors.push({
      path, message, node,
      start: start === undefined ? node.start : start,
      end: end === undefined ? node.end : end,
    });
  }

  mismatch(type, node, path, expected) {
    const what = expected || this.idl.typeName(type);
    this.error(node, path, `expected ${what}, found ${shortly(node)}`);
  }

  value(type, node, path) {
    const kind = this.idl.kind(type);
    const check = {
      bool: () => node.kind === "bool",
      double: () => node.kind === "number" || (node.kind === "string" && isDouble(node.value)),
      string: () => node.kind === "string",
      binary: () => node.kind === "array" || (node.kind === "string" && isBase64(node.value)),
      uuid: () => node.kind === "string" && UUID.test(node.value),
    }[kind];
    if (check) {
      if (!check()) this.mismatch(type, node, path, kind === "binary" && node.kind === "string" ? "base64" : null);
    } else if (RANGES[kind] !== undefined) {
      if (node.kind !== "number" || !isInteger(node.text, RANGES[kind])) this.mismatch(type, node, path);
    } else if (kind === "enum") {
      this.enumeration(type, node, path);
    } else if (kind === "list" || kind === "set") {
      if (node.kind !== "array") return this.mismatch(type, node, path);
      node.items.forEach((item, index) => this.value(type[1], item, `${path}[${index}]`));
    } else if (kind === "map") {
      this.map(type, node, path);
    } else if (kind === "union") {
      this.union(type, node, path);
    } else {
      this.structure(type, node, path);
    }
  }

  enumeration(type, node, path) {
    const { name, values } = this.idl.definition(type);
    if (node.kind === "number") {
      if (!isInteger(node.text, RANGES.i32)) this.mismatch(type, node, path);
    } else if (node.kind !== "string") {
      this.mismatch(type, node, path);
    } else if (!values.some((one) => one.name === node.value) && !isInteger(node.value, RANGES.i32)) {
      this.error(node, path, `enum ${name} has no value \`${node.value}\`${didYouMean(node.value, values)}`);
    }
  }

  map(type, node, path) {
    const [, key, of] = type;
    if (!this.idl.isTextKey(key)) {
      if (node.kind !== "array") return this.mismatch(type, node, path);
      node.items.forEach((pair, index) => {
        const here = `${path}[${index}]`;
        if (pair.kind !== "array" || pair.items.length !== 2) {
          return this.mismatch(type, pair, here, "list of a key and its value");
        }
        this.value(key, pair.items[0], `${here}[key]`);
        this.value(of, pair.items[1], `${here}[value]`);
      });
      return;
    }
    if (node.kind !== "object") return this.mismatch(type, node, path);
    for (const entry of node.entries) {
      const place = { start: entry.keyStart, end: entry.keyEnd, origin: entry.origin };
      this.value(key, { ...keyNode(this.idl.kind(key), entry.key), ...place }, `${path}[key]`);
      this.value(of, entry.value, `${path}[${JSON.stringify(entry.key)}]`);
    }
  }

  structure(type, node, path) {
    const definition = this.idl.definition(type);
    if (node.kind !== "object") return this.mismatch(type, node, path, `struct ${definition.name}`);
    const fields = new Map(definition.fields.map((field) => [field.name, field]));
    for (const entry of node.entries) {
      const field = fields.get(entry.key);
      if (!field) {
        this.unknownField(definition, node, entry, path);
      } else if (!(entry.value.kind === "null" && field.optional)) {
        this.value(field.type, entry.value, `${path}.${field.name}`);
      }
    }
    for (const field of definition.fields) {
      if (field.required && member(node, field.name) === undefined) {
        const end = node.start === undefined ? undefined : node.start + 1;
        this.error(node, `${path}.${field.name}`, "the required field is missing", node.start, end);
      }
    }
  }

  union(type, node, path) {
    const definition = this.idl.definition(type);
    if (node.kind !== "object") return this.mismatch(type, node, path, `union ${definition.name}`);
    if (node.entries.length === 0) return this.error(node, path, "one field of the union has to be set");
    if (node.entries.length > 1) return this.error(node, path, "only one field of a union can be set");
    const [entry] = node.entries;
    const field = definition.fields.find((one) => one.name === entry.key);
    if (!field) return this.unknownField(definition, node, entry, path);
    this.value(field.type, entry.value, `${path}.${field.name}`);
  }

  unknownField(definition, node, entry, path) {
    const near = didYouMean(entry.key, definition.fields);
    const message = `\`${definition.name}\` has no field \`${entry.key}\`${near}`;
    this.error(entry.value, path, message, entry.keyStart, entry.keyEnd);
  }
}

/** The value that a key of an object stands for. */
function keyNode(kind, key) {
  if (kind === "bool" && (key === "true" || key === "false")) return boolNode(key === "true");
  if (RANGES[kind] !== undefined && /^-?[0-9]+$/.test(key)) return numberNode(key);
  return stringNode(key);
}

function isInteger(text, bits) {
  if (!/^[-+]?[0-9]{1,20}$/.test(text)) return false;
  const number = BigInt(text.replace("+", ""));
  return number >= -(1n << bits) && number < 1n << bits;
}

function isDouble(text) {
  return ["NaN", "Infinity", "-Infinity"].includes(text) || (text.trim() !== "" && Number.isFinite(Number(text)));
}

function isBase64(text) {
  return BASE64.test(text) && text.replace(/=+$/, "").length % 4 !== 1;
}

/** A value for messages. */
function shortly(node) {
  switch (node.kind) {
    case "null": return "null";
    case "bool": return String(node.value);
    case "number": return node.text;
    case "string": {
      const text = JSON.stringify(node.value);
      return `string ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`;
    }
    case "array": return "list";
    default: return "map";
  }
}

/** The name that is most like another one, if any is. */
function didYouMean(name, known) {
  let best = null;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const one of known.slice(0, 1000)) {
    const edits = distance(name.toLowerCase(), one.name.toLowerCase(), least);
    if (edits < least) [best, least] = [one.name, edits];
  }
  return best === null ? "" : `; did you mean \`${best}\`?`;
}

/** How many letters have to change or swap places, as far as it is less than `most`. */
function distance(one, other, most) {
  if (Math.abs(one.length - other.length) >= most) return most;
  let before = [];
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      let least = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + same);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) least = Math.min(least, before[j - 2] + 1);
      next.push(least);
    }
    [before, row] = [row, next];
  }
  return row[other.length];
}
