// The answer to a call: its result, a declared exception or an error, with its time and headers.

/** How many lines are rendered at first. */
const MOST_LINES = 1500;

class AnswerView {
  constructor() {
    this.element = el("section", { class: "answer", "aria-label": "Answer", "aria-live": "polite" },
      el("h3", {}, "Answer"), el("p", { class: "hint" }, "Nothing has been sent yet."));
  }

  /** Shows that a call is being made. */
  wait(cancel) {
    const time = el("span", { class: "time", "aria-hidden": "true" });
    const began = performance.now();
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      time.textContent = `${((performance.now() - began) / 1000).toFixed(1)} s`;
    }, 100);
    this.fill([el("p", { class: "status" }, el("span", { class: "spinner", "aria-hidden": "true" }), "Calling … ", time,
      button("Cancel", cancel, { class: "quiet" }))]);
  }

  fill(parts) {
    this.element.replaceChildren(el("h3", {}, "Answer"));
    append(this.element, parts);
  }

  stop() {
    clearInterval(this.timer);
  }

  /** Shows that there is no answer of the console. */
  fail(message) {
    this.stop();
    this.fill([status("error", "no answer"), el("p", { class: "failure" }, message)]);
  }

  /** Shows an answer of the console, parsed. */
  show(answer, method) {
    this.stop();
    const time = member(answer, "elapsed_ms");
    const [error, exception, result] = ["error", "exception", "result"].map((key) => member(answer, key));
    let head;
    let body;
    if (error) {
      const text = (key) => (member(error, key) || { value: "" }).value;
      head = status("error", text("kind") || "error", time);
      body = el("p", { class: "failure" }, text("text"));
    } else if (exception) {
      const [{ key, value }] = exception.entries;
      head = status("exception", key, time);
      body = jsonView(value);
    } else {
      head = status("result", method.oneway ? "sent" : "result", time);
      const none = method.oneway ? "A oneway method has no answer." : "The method returns nothing (void).";
      body = method.returns === undefined ? el("p", { class: "hint" }, none) : jsonView(result);
    }
    this.fill([head, body, headerList(member(answer, "headers"))]);
  }
}

function status(kind, text, time) {
  return el("p", { class: "status" }, el("span", { class: `badge ${kind}` }, text),
    time ? el("span", { class: "time" }, `${time.text} ms`) : null);
}

function headerList(headers) {
  if (!headers || headers.entries.length === 0) return null;
  const rows = headers.entries.map(({ key, value }) => [el("dt", {}, key), el("dd", {}, value.value)]);
  return el("details", { class: "headers", open: true }, el("summary", {}, "Headers of the answer"), el("dl", {}, rows));
}

/** JSON with colours, of which only the first lines are rendered if it is long. */
function jsonView(node) {
  const lines = [[]];
  writeJson(node, (kind, text) => lines[lines.length - 1].push([kind, text]), (indent) => lines.push([["", indent]]));
  const text = () => lines.map((line) => line.map((piece) => piece[1]).join("")).join("\n");
  const shown = el("pre", { class: "json", tabindex: "0", "aria-label": "The value" });
  const more = el("p", { class: "hint" });
  const render = (from) => {
    const to = Math.min(lines.length, from + MOST_LINES);
    const part = document.createDocumentFragment();
    for (const line of lines.slice(from, to)) {
      for (const [kind, piece] of line) {
        part.append(kind === "" || kind === "mark" ? piece : el("span", { class: `json-${kind}` }, piece));
      }
      part.append("\n");
    }
    shown.append(part);
    more.replaceChildren();
    if (to < lines.length) {
      append(more, [`${to} of ${lines.length} lines are shown. `,
        button("Show more", () => render(to), { class: "quiet" })]);
    }
  };
  render(0);
  return el("div", {}, el("div", { class: "tools" },
    button("Copy", () => copyText(text(), "The value"), { class: "quiet" }),
    button("Save", () => saveText(text()), { class: "quiet" })), shown, more);
}

function saveText(text) {
  const url = URL.createObjectURL(new Blob([text, "\n"], { type: "application/json" }));
  el("a", { href: url, download: "answer.json" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
