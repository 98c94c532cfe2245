// JSON with the digits of numbers as they are written, and with places. JSON.parse would round integers above
// 2⁵³, which Thrift's i64 has.
//
// A node is an object of `kind` ("null", "bool", "number", "string", "array" or "object"), its place (`start` and
// `end`, if it was parsed), and its content: `value` (bool, string), `text` (number), `items` (array), `entries`
// (object: a list of `key`, `value` and the place of the key).

/** Answers are nested less deeply, and the console reads arguments of 128 levels. */
const JSON_DEPTH = 500;

class JsonError extends Error {
  constructor(message, at) {
    super(message);
    this.at = at;
  }
}

const nothing = () => ({ kind: "null" });
const boolNode = (value) => ({ kind: "bool", value });
const numberNode = (text) => ({ kind: "number", text });
const stringNode = (value) => ({ kind: "string", value });
const arrayNode = (items) => ({ kind: "array", items });
const objectNode = (entries) => ({ kind: "object", entries });

/** Parses JSON; throws a JsonError. */
function parseJson(text) {
  let at = 0;
  const fail = (message, where) => {
    throw new JsonError(message, where === undefined ? at : where);
  };
  const found = () => (at < text.length ? JSON.stringify(String.fromCodePoint(text.codePointAt(at))) : "the end");
  const blank = () => {
    while (at < text.length && " \t\n\r".includes(text[at])) at += 1;
  };

  const string = () => {
    const start = at;
    at += 1;
    let value = "";
    let from = at;
    for (;;) {
      const code = text.charCodeAt(at);
      if (Number.isNaN(code)) fail("the string has no end", start);
      if (code === 0x22) break;
      if (code < 0x20) fail("a string cannot contain control characters; write \\n or \\u0000");
      if (code !== 0x5c) {
        at += 1;
        continue;
      }
      value += text.slice(from, at);
      const escape = text[at + 1];
      const plain = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }[escape];
      if (plain !== undefined) {
        value += plain;
        at += 2;
      } else if (escape === "u" && /^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6))) {
        value += String.fromCharCode(parseInt(text.slice(at + 2, at + 6), 16));
        at += 6;
      } else {
        fail("unknown escape");
      }
      from = at;
    }
    value += text.slice(from, at);
    at += 1;
    return { kind: "string", value, start, end: at };
  };

  const word = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|[A-Za-z]+/y;
  const scalar = () => {
    word.lastIndex = at;
    const match = word.exec(text);
    if (!match) fail(`expected a value, found ${found()}`);
    const start = at;
    const lexeme = match[0];
    const node = { start, end: start + lexeme.length };
    if (lexeme === "null") Object.assign(node, nothing());
    else if (lexeme === "true" || lexeme === "false") Object.assign(node, boolNode(lexeme === "true"));
    else if (/^[A-Za-z]/.test(lexeme)) fail(`expected a value, found \`${lexeme}\`; texts need quotes`);
    else Object.assign(node, numberNode(lexeme));
    at = node.end;
    return node;
  };

  const array = (depth) => {
    const start = at;
    const items = [];
    at += 1;
    blank();
    if (text[at] === "]") {
      at += 1;
      return { kind: "array", items, start, end: at };
    }
    for (;;) {
      items.push(value(depth));
      blank();
      if (text[at] === "]") break;
      if (text[at] !== ",") fail(`expected \`,\` or \`]\`, found ${found()}`);
      at += 1;
      blank();
      if (text[at] === "]") fail("a comma has to be followed by a value");
    }
    at += 1;
    return { kind: "array", items, start, end: at };
  };

  const object = (depth) => {
    const start = at;
    const entries = [];
    const keys = new Set();
    at += 1;
    blank();
    while (text[at] !== "}") {
      if (text[at] !== '"') fail(`expected a name in quotes, found ${found()}`);
      const key = string();
      if (keys.has(key.value)) fail(`${JSON.stringify(key.value)} occurs twice`, key.start);
      keys.add(key.value);
      blank();
      if (text[at] !== ":") fail(`expected \`:\`, found ${found()}`);
      at += 1;
      entries.push({ key: key.value, keyStart: key.start, keyEnd: key.end, value: value(depth) });
      blank();
      if (text[at] === "}") break;
      if (text[at] !== ",") fail(`expected \`,\` or \`}\`, found ${found()}`);
      at += 1;
      blank();
      if (text[at] === "}") fail("a comma has to be followed by a name");
    }
    at += 1;
    return { kind: "object", entries, start, end: at };
  };

  const value = (depth) => {
    if (depth > JSON_DEPTH) fail("nested too deeply");
    blank();
    if (text[at] === "{") return object(depth + 1);
    if (text[at] === "[") return array(depth + 1);
    return text[at] === '"' ? string() : scalar();
  };

  const node = value(0);
  blank();
  if (at < text.length) fail(`expected the end, found ${found()}`);
  return node;
}

/** The longest array or object that is written in one line. */
const LINE = 72;

/** Writes a node: calls `piece(kind, text)` for each of its parts, and `newline()` between lines. */
function writeJson(node, piece, newline, indent = "") {
  const scalar = (one) => {
    switch (one.kind) {
      case "null": return "null";
      case "bool": return String(one.value);
      case "number": return one.text;
      default: return JSON.stringify(one.value);
    }
  };
  const isShort = (one) =>
    one.items.length <= LINE && one.items.every((item) => !item.items && !item.entries)
    && one.items.reduce((sum, item) => sum + scalar(item).length + 2, 0) <= LINE;
  const inner = `${indent}  `;
  if (node.kind === "array") {
    if (node.items.length === 0) return piece("mark", "[]");
    const short = isShort(node);
    piece("mark", "[");
    node.items.forEach((item, index) => {
      if (index > 0) piece("mark", short ? ", " : ",");
      if (!short) newline(inner);
      writeJson(item, piece, newline, inner);
    });
    if (!short) newline(indent);
    piece("mark", "]");
  } else if (node.kind === "object") {
    if (node.entries.length === 0) return piece("mark", "{}");
    piece("mark", "{");
    node.entries.forEach((entry, index) => {
      if (index > 0) piece("mark", ",");
      newline(inner);
      piece("key", JSON.stringify(entry.key));
      piece("mark", ": ");
      writeJson(entry.value, piece, newline, inner);
    });
    newline(indent);
    piece("mark", "}");
  } else {
    piece(node.kind, scalar(node));
  }
}

/** The text of a node, over several lines. */
function printJson(node) {
  const parts = [];
  writeJson(node, (_, text) => parts.push(text), (indent) => parts.push(`\n${indent}`));
  return parts.join("");
}

/** The member of an object, or undefined. */
function member(node, key) {
  if (!node || node.kind !== "object") return undefined;
  const entry = node.entries.find((one) => one.key === key);
  return entry && entry.value;
}

/** The innermost node on a path of the server's errors, such as `get.entry.tags[1]`, whose first word is the name
 *  of the method. */
function nodeAt(root, path) {
  let node = root;
  for (const [, name, index] of path.matchAll(/\.([^.[\]]+)|\[([0-9]+)\]/g)) {
    const next = name === undefined ? node.items && node.items[Number(index)] : member(node, name);
    if (!next) return node;
    node = next;
  }
  return node;
}
