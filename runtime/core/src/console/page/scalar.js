// Inputs of values that have no parts. Each has an `element`, the `control` that a label names, `get()`, which gives
// a node (null in it stands for nothing entered), and `set(node)`.

/** What an input shows while nothing is entered. */
function placeholder(idl, type, field) {
  if (field && field.default) return field.default;
  return field && field.default !== undefined ? "a default of the IDL" : idl.typeName(type);
}

class TextInput {
  constructor(idl, type, field, changed) {
    this.kind = idl.kind(type);
    const isText = this.kind === "string";
    this.control = el(isText ? "textarea" : "input", {
      class: isText ? "text" : "number", rows: isText ? 1 : null, type: isText ? null : "text",
      inputmode: isText || this.kind === "uuid" ? null : "decimal",
      placeholder: placeholder(idl, type, field), spellcheck: "false", autocomplete: "off",
      input: changed,
    });
    this.element = this.control;
  }

  get() {
    const text = this.control.value;
    if (this.kind === "string" || this.kind === "uuid") return stringNode(text);
    const number = text.trim();
    if (number === "") return nothing();
    // JSON has other numbers than people write, and no names for those that are none.
    return /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/.test(number) ? numberNode(number) : stringNode(number);
  }

  set(node) {
    this.control.value = node.kind === "number" ? node.text : node.kind === "string" ? node.value : "";
  }
}

class ChoiceInput {
  /** `choices` are objects of `label`, `title` and `node`. */
  constructor(choices, changed) {
    this.choices = choices;
    const options = choices.map((one, index) => el("option", { value: index, title: one.title }, one.label));
    this.control = el("select", { change: changed }, el("option", { value: "" }, "—"), options);
    this.element = this.control;
  }

  get() {
    return this.control.value === "" ? nothing() : { ...this.choices[this.control.value].node };
  }

  set(node) {
    const same = (one) => one.node.value === node.value || (one.number !== undefined && one.number === node.text);
    const at = this.choices.findIndex(same);
    if (at < 0 && node.kind !== "null") {
      // A number of an enum that the IDL does not name.
      this.choices.push({ label: shortly(node), node });
      this.control.append(el("option", { value: this.choices.length - 1 }, shortly(node)));
      this.control.value = String(this.choices.length - 1);
    } else {
      this.control.value = at < 0 ? "" : String(at);
    }
  }
}

function boolInput(changed) {
  const choice = (value) => ({ label: String(value), node: boolNode(value) });
  return new ChoiceInput([choice(true), choice(false)], changed);
}

function enumInput(idl, type, changed) {
  const choices = idl.definition(type).values.map((one) => ({
    label: `${one.name} = ${one.number}`, title: one.doc, node: stringNode(one.name), number: String(one.number),
  }));
  return new ChoiceInput(choices, changed);
}

/** Bytes as base64, hexadecimal digits or text, or from a file. */
class BinaryInput {
  constructor(changed) {
    this.control = el("textarea", { class: "text", rows: 1, spellcheck: "false", autocomplete: "off", input: changed });
    this.encoding = el("select", { "aria-label": "Encoding of the bytes", change: changed },
      ["base64", "hex", "text"].map((one) => el("option", { value: one }, one)));
    const file = el("input", { type: "file", class: "hidden", tabindex: "-1", "aria-hidden": "true",
      change: async () => {
        const [chosen] = file.files;
        if (!chosen) return;
        this.encoding.value = "base64";
        this.control.value = toBase64(new Uint8Array(await chosen.arrayBuffer()));
        file.value = "";
        changed();
      } });
    this.element = el("div", { class: "binary" }, this.control, this.encoding,
      button("File …", () => file.click(), { class: "quiet" }), file);
  }

  get() {
    const text = this.control.value;
    if (this.encoding.value === "text") return stringNode(toBase64(new TextEncoder().encode(text)));
    if (this.encoding.value === "base64") return stringNode(text.replace(/\s/g, ""));
    const digits = text.replace(/[\s:]/g, "");
    if (!/^([0-9a-fA-F]{2})*$/.test(digits)) return nothing();
    return stringNode(toBase64(Uint8Array.from(digits.match(/../g) || [], (two) => parseInt(two, 16))));
  }

  set(node) {
    this.encoding.value = "base64";
    this.control.value = node.kind === "array"
      ? toBase64(Uint8Array.from(node.items, (item) => Number(item.text)))
      : node.kind === "string" ? node.value : "";
  }
}

function toBase64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}
