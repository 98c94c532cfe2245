// The JSON editor: a text area with colours behind its text, completion, and mistakes at their places.

class JsonEditor {
  /** `changed` is called when the text has changed, `label` names the editor. */
  constructor(idl, label, changed) {
    this.idl = idl;
    this.changed = changed;
    this.type = null;
    this.errors = [];
    this.choices = [];
    this.chosen = 0;
    this.context = null;
    const list = freshId("choices");
    this.errorList = el("ul", { class: "errors", id: freshId("errors"), role: "status" });
    this.backdrop = el("pre", { class: "backdrop", "aria-hidden": "true" });
    this.area = el("textarea", {
      class: "json", spellcheck: "false", autocomplete: "off", autocapitalize: "off", rows: 6,
      "aria-label": label, "aria-describedby": this.errorList.id, role: "combobox", "aria-autocomplete": "list",
      "aria-controls": list, "aria-expanded": "false", "aria-multiline": "true",
      input: (event) => this.typed(event),
      keydown: (event) => this.key(event),
      scroll: () => this.scrolled(),
      blur: () => this.close(),
      click: () => this.close(),
    });
    this.popup = el("ul", { class: "choices", role: "listbox", id: list, hidden: true, "aria-label": "Completions" });
    this.element = el("div", { class: "editor" },
      el("div", { class: "layers" }, this.backdrop, this.area, this.popup),
      el("p", { class: "hint" }, "Ctrl-Space completes names and values; Ctrl-Enter sends."),
      this.errorList);
  }

  get text() {
    return this.area.value;
  }

  /** Shows another text for a value of the type. */
  show(type, text) {
    this.type = type;
    this.area.value = text;
    this.close();
    this.check();
  }

  /** The value, or null if the text is no JSON. The mistakes are shown. */
  check() {
    let node = null;
    try {
      // No text at all is no argument.
      node = this.text.trim() === "" ? { ...objectNode([]), start: 0, end: 0 } : parseJson(this.text);
      this.errors = mistakes(this.idl, this.type, this.positional(node));
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      const start = Math.min(error.at, Math.max(0, this.text.length - 1));
      this.errors = [{ path: "", message: error.message, start, end: start + 1 }];
    }
    this.render();
    return node;
  }

  /** Arguments may also be a list, in their order. */
  positional(node) {
    const { fields } = this.idl.definition(this.type);
    if (node.kind !== "array" || node.items.length > fields.length) return node;
    const entries = node.items.map((value, index) => (
      { key: fields[index].name, keyStart: value.start, keyEnd: value.end, value }));
    return { ...objectNode(entries), start: node.start, end: node.end };
  }

  /** Shows what the server says of a value in the text. */
  blame(node, path, message) {
    const start = node && node.start !== undefined ? node.start : 0;
    this.errors = [{ path, message, start, end: node && node.end !== undefined ? node.end : start }];
    this.render();
  }

  render() {
    this.area.rows = Math.min(32, Math.max(6, this.text.split("\n").length + 1));
    paint(this.backdrop, this.text, this.errors);
    this.scrolled();
    this.area.setAttribute("aria-invalid", String(this.errors.length > 0));
    this.errorList.replaceChildren(...this.errors.map((error) => {
      const place = lineAndColumn(this.text, error.start);
      const text = `${place} ${error.path ? `${error.path}: ` : ""}${error.message}`;
      return el("li", {}, button(text, () => this.select(error), { class: "quiet" }));
    }));
  }

  select({ start, end }) {
    this.area.focus();
    this.area.setSelectionRange(start, end);
  }

  scrolled() {
    this.backdrop.scrollTop = this.area.scrollTop;
    this.backdrop.scrollLeft = this.area.scrollLeft;
  }

  typed(event) {
    paint(this.backdrop, this.text, []);
    this.scrolled();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), 250);
    this.changed();
    const isTyped = event.inputType === "insertText" && /^["\w{,[: ]$/.test(event.data || "");
    const isEdited = event.inputType === "deleteContentBackward" && !this.popup.hidden;
    if (isTyped || isEdited) this.complete(false);
    else if (event.inputType) this.close();
  }

  key(event) {
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      this.complete(true);
    } else if (!this.popup.hidden) {
      this.choose(event);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      this.insert(this.newline(), 0);
    }
  }

  /** A line end with the indent of the line, more behind an opening bracket. */
  newline() {
    const before = this.text.slice(0, this.area.selectionStart);
    const indent = /^ */.exec(before.slice(before.lastIndexOf("\n") + 1))[0];
    return `\n${indent}${/[{[]\s*$/.test(before) ? "  " : ""}`;
  }

  choose(event) {
    const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (move !== undefined) {
      event.preventDefault();
      this.mark(Math.min(this.choices.length - 1, Math.max(0, this.chosen + move)));
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") {
      event.preventDefault();
      this.accept(this.chosen);
    }
  }

  /** Opens the list of what may stand at the caret. A letter that was typed opens no list of what is typed as
   *  fast. */
  complete(isAsked) {
    const caret = this.area.selectionStart;
    this.context = contextAt(this.idl, this.type, this.text, caret);
    this.choices = candidates(this.idl, this.context);
    const isBegun = this.context.wants === "key" || this.context.begun !== "" || this.context.end > caret;
    const isNamed = this.choices.length > 0 && this.choices[0].back === 0;
    const isDone = this.choices.length === 1 && this.choices[0].label === this.context.begun;
    if (this.choices.length === 0 || (!isAsked && (!isNamed || !(isBegun || this.context.wants === "value") || isDone))) {
      this.close();
      return;
    }
    this.popup.replaceChildren(...this.choices.map((choice, index) => el("li", {
      role: "option", id: `${this.popup.id}-${index}`, title: choice.doc,
      mousedown: (event) => {
        event.preventDefault();
        this.accept(index);
      },
    }, el("span", {}, choice.label), el("small", {}, choice.detail))));
    this.popup.hidden = false;
    this.area.setAttribute("aria-expanded", "true");
    this.place(this.context.start);
    this.mark(0);
  }

  /** Puts the list below a place of the text. */
  place(at) {
    const range = document.createRange();
    let left = at;
    const walker = document.createTreeWalker(this.backdrop, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (left <= node.length) {
        range.setStart(node, left);
        break;
      }
      left -= node.length;
    }
    const caret = range.getClientRects()[0] || this.backdrop.getBoundingClientRect();
    const frame = this.popup.parentElement.getBoundingClientRect();
    const room = frame.width - this.popup.offsetWidth;
    this.popup.style.left = `${Math.max(0, Math.min(caret.left - frame.left, room))}px`;
    this.popup.style.top = `${caret.bottom - frame.top + 2}px`;
  }

  mark(index) {
    this.chosen = index;
    [...this.popup.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    const item = this.popup.children[index];
    this.area.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  accept(index) {
    const { insert, back } = this.choices[index];
    const { start, end } = this.context;
    this.close();
    this.area.setSelectionRange(start, end);
    this.insert(insert, back);
  }

  /** Replaces what is selected, so that the browser can undo it. */
  insert(text, back) {
    this.area.focus();
    // The successor of execCommand does not exist yet.
    if (!document.execCommand("insertText", false, text)) {
      this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
      this.area.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
    const caret = this.area.selectionStart - back;
    this.area.setSelectionRange(caret, caret);
    this.area.rows = Math.min(32, Math.max(6, this.text.split("\n").length + 1));
  }

  close() {
    this.popup.hidden = true;
    this.area.setAttribute("aria-expanded", "false");
    this.area.removeAttribute("aria-activedescendant");
  }
}
