// Forms made from types: an input for each scalar, groups for structs, rows for lists and maps. What is optional or
// has a default can be left out, and is not even rendered if it has parts.

/** Structs at this depth are rendered when they are asked for. */
const DEEP = 3;
/** Values with more parts are edited as JSON only. */
const MOST_PARTS = 2000;

class FormError extends Error {}

/** The form for arguments, or for any other struct. */
class Form {
  constructor(idl, type, changed) {
    this.idl = idl;
    this.root = new StructGroup({ idl, changed: () => changed() }, type, 0);
    this.element = el("div", { class: "form" }, this.root.element);
  }

  get() {
    return this.root.get();
  }

  set(node) {
    if (parts(node) > MOST_PARTS) throw new FormError("The value has too many parts for the form.");
    this.root.set(node);
    this.forgive();
  }

  /** Removes all messages. */
  forgive() {
    for (const problem of this.element.querySelectorAll(".problem")) problem.replaceChildren();
    for (const control of this.element.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  }

  /** Shows a message beside the input that gave the node. */
  blame(node, message) {
    const { problem, control } = (node && node.origin) || this.root;
    problem.append(el("span", {}, message));
    if (control) control.setAttribute("aria-invalid", "true");
  }
}

function parts(node) {
  const inner = node.items || (node.entries || []).map((entry) => entry.value);
  return inner.reduce((sum, one) => sum + parts(one), 1);
}

/** An editor for a value of a type. `field` is the field that has it, if one does. */
function valueEditor(form, type, field, depth) {
  const { idl } = form;
  switch (idl.kind(type)) {
    case "bool": return new Scalar(boolInput(form.changed));
    case "enum": return new Scalar(enumInput(idl, type, form.changed));
    case "binary": return new Scalar(new BinaryInput(form.changed));
    case "list": case "set": return new ListRows(form, type, depth);
    case "map": return new MapRows(form, type, depth);
    case "union": return new UnionGroup(form, type, depth);
    case "struct": case "exception": return new StructGroup(form, type, depth);
    default: return new Scalar(new TextInput(idl, type, field, form.changed));
  }
}

/** What all editors have: a place for messages, and nodes that lead back to them. */
class Editor {
  constructor() {
    this.problem = el("p", { class: "problem", id: freshId("problem"), "aria-live": "polite" });
    this.control = null;
  }

  from(node) {
    return Object.assign(node, { origin: this });
  }
}

class Scalar extends Editor {
  constructor(input) {
    super();
    this.input = input;
    this.control = input.control;
    this.control.setAttribute("aria-describedby", this.problem.id);
    this.element = el("div", { class: "scalar" }, input.element, this.problem);
  }

  get() {
    return this.from(this.input.get());
  }

  set(node) {
    this.input.set(node);
  }
}

/** The fields of a struct. */
class StructGroup extends Editor {
  constructor(form, type, depth) {
    super();
    const { fields } = form.idl.definition(type);
    this.rows = fields.map((field) => new FieldRow(form, field, depth));
    const none = fields.length === 0 ? el("p", { class: "hint" }, depth === 0 ? "No arguments." : "No fields.") : null;
    this.element = el("div", { class: depth > 0 ? "group" : "" }, this.rows.map((row) => row.element), none, this.problem);
  }

  get() {
    const entries = [];
    for (const row of this.rows) {
      const value = row.get();
      if (value !== undefined) entries.push({ key: row.field.name, value });
    }
    return this.from(objectNode(entries));
  }

  set(node) {
    for (const row of this.rows) row.set(member(node, row.field.name));
  }
}

/** A field with its label. Its editor is made when it is needed. */
class FieldRow {
  constructor(form, field, depth) {
    Object.assign(this, { form, field, depth, editor: null, pending: null });
    const { idl } = form;
    const kind = idl.kind(field.type);
    this.isScalar = !["list", "set", "map", "struct", "union", "exception"].includes(kind);
    this.isGroup = ["struct", "union", "exception"].includes(kind);
    const id = freshId("field");
    this.label = el("label", { class: "name", id }, field.name);
    this.given = field.required ? null : el("input", {
      type: "checkbox", "aria-label": `Send ${field.name}`, title: "Unchecked: left out",
      change: () => {
        this.include(this.given.checked);
        form.changed();
      },
    });
    const word = field.required ? el("span", { class: "star", title: "required" }, "*") : null;
    this.content = el("div", { class: "value" });
    const fallback = !this.isScalar && field.default !== undefined
      ? el("span", { class: "default" }, "default ", el("code", {}, field.default || "of the IDL")) : null;
    this.element = el("div", { class: `field${this.isScalar ? "" : " wide"}` },
      el("div", { class: "title" }, this.given, this.label, word, typeLinks(idl, field.type), deprecation(field), fallback),
      this.isScalar ? [this.content, docs(field.doc)] : [docs(field.doc), this.content]);
    if (this.isScalar) this.make();
    else if (field.required && !(this.isGroup && depth >= DEEP)) this.include(true);
    else if (field.required) this.postpone();
  }

  /** Makes the editor, if there is none. */
  make() {
    if (this.editor) return;
    // Whoever enters something wants it sent.
    const form = { idl: this.form.idl, changed: () => {
      if (this.given && !this.given.checked) this.given.checked = true;
      this.form.changed();
    } };
    this.editor = valueEditor(form, this.field.type, this.field, this.depth + 1);
    if (this.editor.control) {
      this.editor.control.id = freshId("input");
      this.label.setAttribute("for", this.editor.control.id);
    } else {
      this.editor.element.setAttribute("role", "group");
      this.editor.element.setAttribute("aria-labelledby", this.label.id);
    }
    this.content.replaceChildren(this.editor.element);
  }

  /** A button in place of the editor. */
  postpone() {
    this.content.replaceChildren(button("Fields …", () => {
      const { pending } = this;
      this.make();
      if (pending) this.editor.set(pending);
    }, { class: "quiet", "aria-label": `Fields of ${this.field.name}` }));
  }

  include(isGiven) {
    if (this.given) this.given.checked = isGiven;
    if (isGiven) {
      this.make();
    } else if (this.isScalar) {
      this.editor.set(nothing());
    } else {
      this.editor = null;
      this.content.replaceChildren();
    }
  }

  /** The value; undefined if it is left out. */
  get() {
    if (this.given && !this.given.checked) return undefined;
    return this.editor ? this.editor.get() : this.pending || objectNode([]);
  }

  set(node) {
    if (node === undefined || (node.kind === "null" && this.field.optional)) {
      this.pending = null;
      this.include(Boolean(this.field.required) && (this.isScalar || this.editor !== null));
      if (this.field.required && !this.editor) this.postpone();
      else if (this.editor) this.editor.set(emptyNode(this.form.idl, this.field.type));
    } else if (this.editor === null && this.field.required) {
      this.pending = node;
      this.postpone();
    } else {
      this.include(true);
      this.editor.set(node);
    }
  }
}

/** What an editor shows that nothing was entered into. */
function emptyNode(idl, type) {
  const kind = idl.kind(type);
  if (kind === "list" || kind === "set") return arrayNode([]);
  if (kind === "map") return idl.isTextKey(type[1]) ? objectNode([]) : arrayNode([]);
  return ["struct", "union", "exception"].includes(kind) ? objectNode([]) : nothing();
}

/** A union: which field, and its value. */
class UnionGroup extends Editor {
  constructor(form, type, depth) {
    super();
    Object.assign(this, { form, depth, editor: null });
    this.fields = form.idl.definition(type).fields;
    this.control = el("select", { "aria-describedby": this.problem.id,
      change: () => {
        this.choose(this.control.value);
        form.changed();
      } }, el("option", { value: "" }, "—"), this.fields.map((field) => el("option", { value: field.name }, field.name)));
    this.content = el("div", { class: "value" });
    this.element = el("div", { class: "group" }, this.control, this.content, this.problem);
  }

  choose(name) {
    this.control.value = name;
    const field = this.fields.find((one) => one.name === name);
    this.editor = field ? valueEditor(this.form, field.type, field, this.depth + 1) : null;
    if (!field) return this.content.replaceChildren();
    if (this.editor.control) this.editor.control.setAttribute("aria-label", name);
    this.content.replaceChildren(el("div", { class: "title" }, typeLinks(this.form.idl, field.type)), this.editor.element);
    append(this.content, [docs(field.doc)]);
  }

  get() {
    const entries = this.editor ? [{ key: this.control.value, value: this.editor.get() }] : [];
    return this.from(objectNode(entries));
  }

  set(node) {
    const [entry] = node.entries || [];
    this.choose(entry ? entry.key : "");
    if (this.editor) this.editor.set(entry.value);
  }
}

/** Rows that can be added and removed. */
class Rows extends Editor {
  constructor(form, depth, what) {
    super();
    Object.assign(this, { form, depth, rows: [] });
    this.list = el("ol", { class: "rows" });
    this.element = el("div", { class: "group" }, this.list, button(`Add ${what}`, () => {
      const row = this.add();
      const input = row.element.querySelector("input, select, textarea, button");
      if (input) input.focus();
      form.changed();
    }, { class: "quiet add" }), this.problem);
  }

  /** Adds a row of these editors. */
  append(editors, names) {
    editors.forEach((editor, index) => {
      if (editor.control) editor.control.setAttribute("aria-label", names[index]);
    });
    const row = { editors };
    row.element = el("li", {}, editors.map((editor) => editor.element),
      button("×", () => {
        this.rows = this.rows.filter((one) => one !== row);
        row.element.remove();
        this.form.changed();
      }, { class: "quiet remove", "aria-label": "Remove" }));
    this.rows.push(row);
    this.list.append(row.element);
    return row;
  }

  clear() {
    this.rows = [];
    this.list.replaceChildren();
  }
}

class ListRows extends Rows {
  constructor(form, [, type], depth) {
    super(form, depth, form.idl.typeName(type));
    this.type = type;
  }

  add() {
    return this.append([valueEditor(this.form, this.type, null, this.depth + 1)], ["Element"]);
  }

  get() {
    return this.from(arrayNode(this.rows.map((row) => row.editors[0].get())));
  }

  set(node) {
    this.clear();
    for (const item of node.items || []) this.add().editors[0].set(item);
  }
}

class MapRows extends Rows {
  constructor(form, [, key, type], depth) {
    super(form, depth, "entry");
    Object.assign(this, { key, type, isText: form.idl.isTextKey(key) });
  }

  add() {
    const editor = (type) => valueEditor(this.form, type, null, this.depth + 1);
    return this.append([editor(this.key), editor(this.type)], ["Key", "Value"]);
  }

  get() {
    const pairs = this.rows.map((row) => row.editors.map((editor) => editor.get()));
    if (!this.isText) return this.from(arrayNode(pairs.map((pair) => this.from(arrayNode(pair)))));
    const entries = pairs.map(([key, value]) => {
      const text = key.kind === "number" ? key.text : key.kind === "null" ? "" : String(key.value);
      return { key: text, value, origin: key.origin };
    });
    return this.from(objectNode(entries));
  }

  set(node) {
    this.clear();
    const kind = this.form.idl.kind(this.key);
    const pairs = this.isText
      ? (node.entries || []).map((entry) => [keyNode(kind, entry.key), entry.value])
      : (node.items || []).map((pair) => pair.items);
    for (const [key, value] of pairs) {
      const [first, second] = this.add().editors;
      first.set(key);
      second.set(value);
    }
  }
}
