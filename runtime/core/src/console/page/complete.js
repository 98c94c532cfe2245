// Completion of JSON from the IDL: names of fields, values of enums, and what a type begins with.

const PART = /"(?:[^"\\\n]|\\.)*"?|[A-Za-z0-9_.+-]+|[{}[\],:]/g;

/** What stands at a place of a text that need not be JSON yet: whether a name (`wants` is "key") or a value is
 *  expected, of which type or in which struct, and the part of the text that is its beginning. */
function contextAt(idl, type, text, caret) {
  const root = { kind: "root", type, wants: "value" };
  const stack = [root];
  const top = () => stack[stack.length - 1];
  const settle = () => {
    const container = top();
    if (container.kind !== "root") container.wants = "comma";
  };
  let start = caret;
  let end = caret;
  for (const match of text.matchAll(PART)) {
    const [part] = match;
    const from = match.index;
    const to = from + part.length;
    const isMark = "{}[],:".includes(part);
    if (from >= caret) break;
    // The caret is within a word, at its end, or within quotes.
    const isOpen = !isMark && (part[0] === '"' ? to > caret || !closed(part) : to >= caret);
    if (isOpen) {
      [start, end] = [from, to];
      break;
    }
    const container = top();
    if (part === "{") {
      stack.push({ kind: "object", type: valueType(idl, container), wants: "key", key: null, seen: new Set() });
    } else if (part === "[") {
      stack.push({ kind: "array", type: valueType(idl, container), wants: "value", index: 0 });
    } else if (part === "}" || part === "]") {
      if (stack.length > 1) stack.pop();
      settle();
    } else if (part === ":") {
      container.wants = "value";
    } else if (part === ",") {
      container.wants = container.kind === "object" ? "key" : "value";
      container.index += 1;
    } else if (container.kind === "object" && container.wants === "key") {
      container.key = unquoted(part);
      container.seen.add(container.key);
      container.wants = "colon";
    } else {
      settle();
    }
  }
  const container = top();
  return {
    wants: container.wants,
    container,
    type: container.wants === "key" ? container.type : valueType(idl, container),
    start, end,
    begun: unquoted(text.slice(start, caret)),
    colonFollows: /^\s*:/.test(text.slice(end)),
  };
}

function closed(part) {
  return part.length > 1 && part.endsWith('"') && !/(^|[^\\])(\\\\)*\\"$/.test(part);
}

function unquoted(part) {
  return part.replace(/^"/, "").replace(/"$/, "");
}

/** The type of the value that a container has at its current place; null if nobody knows. */
function valueType(idl, container) {
  const { kind, type } = container;
  if (kind === "root" || type === null || type === undefined) return type;
  const typeKind = idl.kind(type);
  if (kind === "array") {
    if (typeKind === "list" || typeKind === "set") return type[1];
    if (typeKind === "pair") return type[container.index === 0 ? 1 : 2] || null;
    return typeKind === "map" && !idl.isTextKey(type[1]) ? ["pair", type[1], type[2]] : null;
  }
  if (typeKind === "map") return idl.isTextKey(type[1]) ? type[2] : null;
  const definition = idl.definition(type);
  const field = definition && definition.fields
    && definition.fields.find((one) => one.name === container.key);
  return field ? field.type : null;
}

/** What may stand at a place: objects of `label`, `detail`, `doc`, `insert`, and `back`, how far the caret goes
 *  back from the end of what was inserted. */
function candidates(idl, context) {
  const all = context.wants === "key" ? names(idl, context) : context.wants === "value" ? values(idl, context) : [];
  const begun = context.begun.toLowerCase();
  const rank = (label) => (label.toLowerCase().startsWith(begun) ? 0 : 1);
  return all
    .filter((one) => one.label.toLowerCase().includes(begun))
    .sort((a, b) => rank(a.label) - rank(b.label))
    .slice(0, 100);
}

function names(idl, context) {
  const { type } = context;
  if (type === null || type === undefined) return [];
  const after = context.colonFollows ? "" : ": ";
  const name = (label, detail, doc) => ({ label, detail, doc, insert: `${JSON.stringify(label)}${after}`, back: 0 });
  const definition = idl.definition(type);
  if (definition && definition.fields) {
    const rest = definition.fields.filter((field) => !context.container.seen.has(field.name));
    return rest.map((field) => {
      const detail = `${idl.typeName(field.type)} ${requiredness(field)}`.trim();
      return name(field.name, detail, field.doc);
    });
  }
  if (idl.kind(type) !== "map") return [];
  const key = idl.definition(type[1]);
  return key && key.values ? key.values.map((one) => name(one.name, String(one.number), one.doc)) : [];
}

function values(idl, context) {
  const { type } = context;
  if (type === null || type === undefined) return [];
  const kind = idl.kind(type);
  const word = (label) => ({ label, detail: kind, insert: label, back: 0 });
  const around = (label) => ({ label, detail: idl.typeName(type), insert: label, back: 1 });
  if (kind === "enum") {
    return idl.definition(type).values.map((one) => ({
      label: one.name, detail: String(one.number), doc: one.doc, insert: JSON.stringify(one.name), back: 0,
    }));
  }
  if (kind === "bool") return [word("true"), word("false")];
  if (kind === "list" || kind === "set" || kind === "pair") return [around("[]")];
  if (kind === "map") return [around(idl.isTextKey(type[1]) ? "{}" : "[]")];
  if (["string", "binary", "uuid"].includes(kind)) return [around('""')];
  return idl.definition(type) ? [around("{}")] : [];
}
