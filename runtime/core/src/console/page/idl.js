// The IDL, as `idl.json` has it.
//
// A type is the name of a base type, the number of a definition, or a list: ["list", T], ["set", T] or
// ["map", K, V]. The arguments of a method are a definition, too, which stands for its number.

/** Enough for everything that people write; services that inherit from each other can make more. */
const MOST_METHODS = 20000;

class Idl {
  constructor(json) {
    Object.assign(this, json);
    this.byName = new Map(this.services.map((service) => [service.name, service]));
    this.methods = [];
    for (const service of this.services) {
      for (const [declaring, method] of this.chain(service)) {
        if (this.methods.length >= MOST_METHODS) break;
        const full = `${service.name}.${method.name}`;
        this.methods.push({ full, service, declaring, method });
      }
    }
    this.byFull = new Map(this.methods.map((one) => [one.full, one]));
    this.typesByName = new Map(this.types.map((type, number) => [type.name, number]));
  }

  /** The methods of a service, inherited ones last, each with the service that declares it. */
  * chain(service) {
    const seen = new Set();
    for (let one = service; one && !seen.has(one); one = this.byName.get(one.extends)) {
      seen.add(one);
      for (const method of one.methods) yield [one, method];
    }
  }

  /** The methods of a service, in the order of the IDL. */
  methodsOf(service) {
    const own = [];
    for (const [declaring, method] of this.chain(service)) {
      own.push({ full: `${service.name}.${method.name}`, service, declaring, method });
      if (own.length >= MOST_METHODS) break;
    }
    return own;
  }

  /** The definition of a struct, union, exception or enum; undefined for other types. */
  definition(type) {
    return typeof type === "number" ? this.types[type] : type && type.fields ? type : undefined;
  }

  /** What a type is: "i32", "list", "struct", "enum" … */
  kind(type) {
    const definition = this.definition(type);
    if (definition) return definition.kind;
    return Array.isArray(type) ? type[0] : type;
  }

  typeName(type) {
    const definition = this.definition(type);
    if (definition) return definition.name;
    if (!Array.isArray(type)) return String(type);
    const [kind, ...of] = type;
    return `${kind}<${of.map((one) => this.typeName(one)).join(", ")}>`;
  }

  /** Whether JSON has a map with such keys as an object; else it is a list of pairs. */
  isTextKey(type) {
    return !["list", "set", "map", "struct", "union", "exception"].includes(this.kind(type));
  }
}

/** The arguments of a method as a struct: those without a default have to be there. */
function argumentsOf(method) {
  const fields = method.arguments.map((field) => ({
    ...field,
    required: field.required || !(field.optional || field.default !== undefined),
  }));
  return { kind: "struct", name: method.name, fields };
}

/** The name of a type, with links to the definitions in it. */
function typeLinks(idl, type) {
  if (typeof type === "number") {
    const { name } = idl.types[type];
    return el("a", { class: "type", href: `#type/${encodeURIComponent(name)}` }, name);
  }
  if (!Array.isArray(type)) return el("span", { class: "type" }, String(type));
  const [kind, ...of] = type;
  const inner = of.flatMap((one, index) => [index > 0 ? ", " : "", typeLinks(idl, one)]);
  return el("span", { class: "type" }, kind, "<", inner, ">");
}

/** The first thing said about the requiredness of a field. */
function requiredness(field) {
  if (field.required) return "required";
  return field.optional ? "optional" : "";
}

function deprecation(item) {
  if (item.deprecated === undefined) return null;
  const reason = item.deprecated && item.deprecated !== "1" ? item.deprecated : "";
  return el("span", { class: "badge warning", title: reason || null }, "deprecated");
}
