// The page of a method: its docs, the arguments as a form and as JSON, headers and deadline, and the answer.

/** Where the console answers, whether or not the address of the page ends with `/`. */
function api(name) {
  return `${location.pathname.replace(/\/$/, "")}/${name}`;
}

class CallPage {
  constructor(idl, entry, history) {
    Object.assign(this, { idl, entry, history, mode: "form", request: null });
    const { method } = entry;
    this.type = argumentsOf(method);
    this.form = new Form(idl, this.type, () => this.form.forgive());
    this.editor = new JsonEditor(idl, "Arguments as JSON", () => {});
    this.notice = el("p", { class: "problem", role: "alert" });
    this.answer = new AnswerView();
    this.headers = new HeaderRows(idl);
    this.send = button("Send", () => this.call(), { class: "send", title: "Ctrl-Enter" });
    this.tabs = tabs([["form", "Form"], ["json", "JSON"]], (mode) => this.show(mode));
    this.panel = el("div", { role: "tabpanel", class: "panel", id: this.tabs.panel });
    this.element = el("div", {}, this.head(), el("div", { class: "columns" },
      el("section", { class: "request", "aria-label": "Request" },
        this.tabs.element, this.panel, this.notice, this.headers.element,
        el("div", { class: "actions" }, this.send,
          button("Copy link", () => this.copyLink(), { class: "quiet" }),
          button("Copy as curl", () => this.copyCurl(), { class: "quiet" }))),
      el("div", { class: "outcome" }, this.answer.element, history.element)));
    history.render(idl);
    this.render();
  }

  head() {
    const { idl } = this;
    const { full, method, service, declaring } = this.entry;
    const reason = method.deprecated && method.deprecated !== "1" ? `: ${method.deprecated}` : "";
    const thrown = method.throws.map((field) => [el("li", {}, typeLinks(idl, field.type), ` ${field.name}`, docs(field.doc))]);
    return el("div", { class: "head" }, el("h2", {}, full, " ", badges(method)),
      method.deprecated === undefined ? null : el("p", { class: "warning" }, `This method is deprecated${reason}.`),
      el("p", {}, signature(idl, this.entry)),
      declaring === service ? null : el("p", { class: "hint" }, `Inherited from ${declaring.name}.`),
      docs(method.doc),
      thrown.length > 0 ? el("details", {}, el("summary", {}, "Exceptions"), el("ul", {}, thrown)) : null);
  }

  render() {
    this.tabs.mark(this.mode);
    this.panel.replaceChildren(this.mode === "form" ? this.form.element : this.editor.element);
  }

  /** Switches between form and JSON, which takes the value along. */
  show(mode) {
    if (mode === this.mode) return;
    this.notice.replaceChildren();
    if (mode === "json") {
      this.editor.show(this.type, printJson(this.form.get()));
    } else if (!this.toForm()) {
      return;
    }
    this.mode = mode;
    this.render();
  }

  /** Puts the text of the editor into the form; false if it does not fit. */
  toForm() {
    const node = this.editor.check();
    // What is missing can be entered there.
    const isWrong = this.editor.errors.some((error) => !error.message.endsWith("is missing"));
    if (node === null || isWrong) {
      this.notice.replaceChildren("The form cannot show the JSON, as it does not fit the arguments.");
      return false;
    }
    try {
      this.form.set(this.editor.positional(node));
      return true;
    } catch (error) {
      if (!(error instanceof FormError)) throw error;
      this.notice.replaceChildren(error.message);
      return false;
    }
  }

  /** Fills in a call, which a link or the history has. */
  fill({ text, headers, timeout }) {
    this.headers.set(headers, timeout);
    if (text === null || text === undefined) return;
    this.editor.show(this.type, text);
    this.mode = this.toForm() ? "form" : "json";
    this.render();
  }

  /** The text of the arguments, or null if they are wrong, which is then shown. */
  text() {
    this.notice.replaceChildren();
    if (this.mode === "json") {
      const node = this.editor.check();
      if (node !== null && this.editor.errors.length === 0) {
        this.sent = this.editor.positional(node);
        return this.editor.text.trim() || "{}";
      }
      this.editor.select(this.editor.errors[0]);
      this.notice.replaceChildren("Not sent: the arguments have mistakes.");
      return null;
    }
    this.form.forgive();
    this.sent = this.form.get();
    const errors = mistakes(this.idl, this.type, this.sent);
    if (errors.length === 0) return printJson(this.sent);
    for (const { node, message } of errors) this.form.blame(node, message);
    this.notice.replaceChildren(`Not sent: ${errors[0].path}: ${errors[0].message}.`);
    const first = this.form.element.querySelector("[aria-invalid]");
    if (first) first.focus();
    return null;
  }

  body(text) {
    const parts = [`"method":${JSON.stringify(this.entry.full)}`, `"arguments":${text}`];
    const headers = this.headers.get();
    if (headers.length > 0) parts.push(`"headers":${JSON.stringify(Object.fromEntries(headers))}`);
    const timeout = this.headers.timeout();
    if (timeout !== null) parts.push(`"timeout_ms":${timeout}`);
    return `{${parts.join(",")}}`;
  }

  async call() {
    if (this.request) return;
    const text = this.text();
    if (text === null) return;
    const { method, full } = this.entry;
    const call = { method: full, text, headers: this.headers.get(), timeout: this.headers.timeout() };
    this.request = new AbortController();
    this.send.disabled = true;
    this.answer.wait(() => this.request && this.request.abort());
    let outcome = "error";
    try {
      const response = await fetch(api("call"), {
        method: "POST", headers: { "content-type": "application/json" }, body: this.body(text), signal: this.request.signal,
      });
      const answer = parseJson(await response.text());
      this.answer.show(answer, method);
      const error = member(answer, "error");
      if (error) this.blame(error);
      else outcome = member(answer, "exception") ? "exception" : "result";
    } catch (error) {
      this.answer.fail(this.request.signal.aborted ? "Cancelled. The server may have handled the call."
        : error instanceof JsonError ? `The answer is no JSON: ${error.message}`
          : `The console does not answer: ${error.message}`);
    }
    this.request = null;
    this.send.disabled = false;
    this.history.add({ ...call, outcome });
    this.history.render(this.idl);
  }

  /** Shows an error at the argument that it names. */
  blame(error) {
    const path = (member(error, "path") || { value: "" }).value;
    if (!path.startsWith(this.entry.method.name)) return;
    const node = nodeAt(this.sent, path);
    const { value: message } = member(error, "message");
    if (this.mode === "json") this.editor.blame(node, path, message);
    else this.form.blame(node, message);
  }

  copyLink() {
    const text = this.text();
    if (text === null) return;
    const call = { method: this.entry.full, text: text.replace(/\s*\n\s*/g, " "), headers: this.headers.get(), timeout: this.headers.timeout() };
    const link = callLink(call);
    window.history.replaceState(null, "", link);
    copyText(new URL(link, location.href).href, "The link");
  }

  copyCurl() {
    const text = this.text();
    if (text === null) return;
    const quoted = (one) => `'${one.replaceAll("'", "'\\''")}'`;
    const url = new URL(api("call"), location.href).href;
    copyText(`curl -H 'Content-Type: application/json' -d ${quoted(this.body(text))} ${quoted(url)}`, "The command");
  }
}

/** Headers and deadline of a call. */
class HeaderRows {
  constructor(idl) {
    this.idl = idl;
    this.list = el("ul", { class: "rows" });
    this.deadline = el("input", {
      type: "number", min: "0.001", max: idl.max_timeout_ms / 1000, step: "any", placeholder: String(idl.timeout_ms / 1000),
      id: freshId("deadline"),
    });
    this.element = el("details", { class: "headers" }, el("summary", {}, "Headers and deadline"),
      this.list,
      idl.headers ? button("Add header", () => this.add("", "").focus(), { class: "quiet add" })
        : el("p", { class: "hint" }, "The connection to the server carries no headers."),
      el("p", { class: "deadline" }, el("label", { for: this.deadline.id }, "Deadline in seconds "), this.deadline));
  }

  add(name, value) {
    const input = (label, text) => {
      const one = el("input", { type: "text", "aria-label": label, placeholder: label, spellcheck: "false", autocomplete: "off" });
      one.value = text;
      return one;
    };
    const first = input("Header name", name);
    const item = el("li", {}, first, input("Header value", value),
      button("×", () => item.remove(), { class: "quiet remove", "aria-label": "Remove header" }));
    this.list.append(item);
    return first;
  }

  get() {
    const rows = [...this.list.children].map((item) => [...item.querySelectorAll("input")].map((input) => input.value));
    return rows.filter(([name]) => name !== "");
  }

  set(headers, timeout) {
    this.list.replaceChildren();
    for (const [name, value] of this.idl.headers ? headers || [] : []) this.add(name, value);
    this.deadline.value = timeout ? String(timeout / 1000) : "";
    this.element.open = Boolean(timeout) || (headers || []).length > 0;
  }

  /** In milliseconds; null for the console's own. */
  timeout() {
    const seconds = Number(this.deadline.value);
    return seconds > 0 ? Math.max(1, Math.round(seconds * 1000)) : null;
  }
}

/** Tabs, of which arrows choose one. */
function tabs(names, choose) {
  const panel = freshId("panel");
  const items = names.map(([name, label]) => button(label, () => choose(name), { role: "tab", "aria-controls": panel, "data-name": name }));
  const element = el("div", { class: "tabs", role: "tablist", "aria-label": "Arguments",
    keydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const next = step && items[items.indexOf(event.target) + step];
      if (!next) return;
      next.click();
      next.focus();
    } }, items);
  const mark = (name) => items.forEach((item) => {
    const isChosen = item.dataset.name === name;
    item.setAttribute("aria-selected", String(isChosen));
    item.tabIndex = isChosen ? 0 : -1;
  });
  return { element, mark, panel };
}
