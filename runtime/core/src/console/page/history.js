// Calls that were made, kept by the browser.

const HISTORY = "thrift-console-history";
const MOST_CALLS = 60;
/** Longer arguments are not kept. */
const LONGEST = 20000;

class History {
  constructor() {
    this.element = el("section", { class: "history", "aria-label": "History" });
    this.calls = this.load();
  }

  load() {
    try {
      const calls = JSON.parse(localStorage.getItem(HISTORY) || "[]");
      return Array.isArray(calls) ? calls.filter(isCall).slice(0, MOST_CALLS) : [];
    } catch {
      return [];
    }
  }

  save() {
    try {
      localStorage.setItem(HISTORY, JSON.stringify(this.calls));
    } catch {
      // It is full, or the browser keeps nothing: this page has them anyway.
    }
  }

  /** Adds a call: its method, the text of its arguments, headers, the deadline, and how it ended. */
  add(call) {
    if (call.text.length > LONGEST) return;
    this.calls = this.calls.filter((one) => !(one.method === call.method && one.text === call.text
      && JSON.stringify(one.headers) === JSON.stringify(call.headers)));
    this.calls.unshift({ ...call, at: Date.now() });
    this.calls.length = Math.min(this.calls.length, MOST_CALLS);
    this.save();
  }

  /** Renders the calls of methods that the IDL has. */
  render(idl) {
    const calls = this.calls.filter((call) => idl.byFull.has(call.method));
    const clear = button("Clear", () => {
      this.calls = [];
      this.save();
      this.render(idl);
    }, { class: "quiet" });
    const items = calls.map((call) => el("li", {}, el("a", { href: callLink(call) },
      el("span", { class: `dot ${call.outcome}`, title: call.outcome }),
      el("span", { class: "method" }, call.method),
      el("code", {}, call.text.replace(/\s+/g, " ").slice(0, 120)),
      el("time", {}, new Date(call.at).toLocaleTimeString()))));
    this.element.replaceChildren(el("div", { class: "tools" }, el("h3", {}, "History"), calls.length > 0 ? clear : ""));
    append(this.element, [items.length > 0 ? el("ol", {}, items) : el("p", { class: "hint" }, "No calls yet.")]);
  }
}

/** What is stored may be anything. */
function isCall(call) {
  return call !== null && typeof call === "object" && typeof call.method === "string" && typeof call.text === "string"
    && Array.isArray(call.headers) && call.headers.every((one) => Array.isArray(one) && one.length === 2)
    && ["result", "exception", "error"].includes(call.outcome);
}
