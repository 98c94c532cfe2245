// Elements of the page. Text always becomes text nodes: nothing here or elsewhere parses HTML.

/** Creates an element. Attributes that are functions are listeners, `true` is an empty attribute, and null,
 *  undefined and false are left out. Children are elements, texts, or null. */
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (typeof value === "function") {
      element.addEventListener(name, value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, String(value));
    }
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) {
      append(element, child);
    } else if (child !== null && child !== undefined && child !== false) {
      element.append(child);
    }
  }
}

function button(text, action, attributes) {
  return el("button", { type: "button", click: action, ...attributes }, text);
}

/** Ids for labels and descriptions. */
let lastId = 0;
function freshId(prefix) {
  lastId += 1;
  return `${prefix}-${lastId}`;
}

/** Doc text: paragraphs, with the line ends of the IDL. */
function docs(text, tag) {
  if (!text || !text.trim()) return null;
  return el(tag || "div", { class: "doc" }, text.trim());
}

/** How much of a list is rendered at first, and with each click on its button. */
const PORTION = 200;

/** Fills a list piece by piece: `make` renders one of the items. */
function portions(container, items, make, from = 0) {
  const end = Math.min(items.length, from + PORTION);
  for (const item of items.slice(from, end)) container.append(make(item));
  if (end === items.length) return;
  const left = items.length - end;
  const more = button(`Show ${Math.min(left, PORTION)} more of ${left}`, () => {
    more.remove();
    portions(container, items, make, end);
  }, { class: "quiet more" });
  container.append(more);
}

/** A `details` whose content is made when it is opened first. */
function lazyDetails(summary, make, isOpen) {
  const details = el("details", {}, el("summary", {}, summary));
  const fill = () => {
    if (details.open && !details.dataset.filled) {
      details.dataset.filled = "true";
      append(details, [make()]);
    }
  };
  details.addEventListener("toggle", fill);
  if (isOpen) {
    details.open = true;
    fill();
  }
  return details;
}

/** Tells something to screen readers, and to everybody for a moment. */
function announce(text) {
  const note = el("div", { class: "toast", role: "status" }, text);
  document.body.append(note);
  setTimeout(() => note.remove(), 2500);
}

async function copyText(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    announce(`${what} copied`);
  } catch {
    announce("The browser does not allow copying");
  }
}
