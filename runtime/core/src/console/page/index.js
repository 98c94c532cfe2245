// The index: services with their methods, types, and the search. Lists are rendered when they are opened.

/** With at most so many methods, all services are open at first. */
const FEW_METHODS = 80;
/** How many are shown of each kind that are found. */
const MOST_FOUND = 60;

class Index {
  constructor(idl) {
    this.idl = idl;
    this.search = document.getElementById("search");
    this.found = document.getElementById("found");
    this.entries = document.getElementById("entries");
    this.search.addEventListener("input", () => this.render());
    document.getElementById("index").addEventListener("keydown", (event) => this.key(event));
    this.render();
  }

  render() {
    const words = this.search.value.trim().toLowerCase().split(/\s+/).filter((word) => word !== "");
    this.entries.replaceChildren();
    append(this.entries, words.length === 0 ? this.all() : this.matches(words));
    this.mark();
  }

  all() {
    const { idl } = this;
    const isOpen = idl.methods.length <= FEW_METHODS;
    const services = el("div", {});
    portions(services, idl.services, (service) => lazyDetails([service.name, deprecation(service)], () => {
      const list = el("ul", {});
      portions(list, idl.methodsOf(service), (one) => methodItem(one));
      return list;
    }, isOpen));
    const count = idl.types.length;
    const types = lazyDetails(`Types (${count})`, () => {
      const list = el("ul", {});
      const sorted = [...idl.types].sort((a, b) => (a.name < b.name ? -1 : 1));
      portions(list, sorted, typeItem);
      return list;
    }, count > 0 && count <= FEW_METHODS);
    this.found.textContent = "";
    return [services, count > 0 ? types : null];
  }

  matches(words) {
    const { idl } = this;
    const fits = (name) => words.every((word) => name.toLowerCase().includes(word));
    const section = (title, all, item) => {
      if (all.length === 0) return null;
      const list = el("ul", {}, all.slice(0, MOST_FOUND).map(item));
      const rest = all.length > MOST_FOUND ? el("p", { class: "hint" }, `and ${all.length - MOST_FOUND} more`) : null;
      return [el("h2", {}, title), list, rest];
    };
    const methods = idl.methods.filter((one) => fits(one.full));
    const types = idl.types.filter((type) => fits(type.name));
    this.found.textContent = `${methods.length} methods and ${types.length} types found`;
    if (methods.length + types.length === 0) return [el("p", { class: "hint" }, "Nothing has such a name.")];
    return [section("Methods", methods, (one) => methodItem(one, true)), section("Types", types, typeItem)];
  }

  /** Marks where the page is. */
  mark() {
    const here = location.hash.split("?")[0];
    for (const link of this.entries.querySelectorAll("a")) {
      if (link.getAttribute("href") === here && here !== "") link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  /** Arrows move through the search and the links. */
  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const stops = [this.search, ...this.entries.querySelectorAll("a, summary, button")]
      .filter((one) => one.offsetParent !== null);
    const at = stops.indexOf(document.activeElement);
    const next = stops[at + step];
    if (at < 0 || !next) return;
    event.preventDefault();
    next.focus();
  }
}

function methodItem({ full, method }, isWhole) {
  return el("li", {}, el("a", { href: `#${encodeURIComponent(full)}`, class: method.deprecated === undefined ? null : "old" },
    isWhole ? full : method.name), badges(method));
}

function typeItem(type) {
  return el("li", {}, el("a", { href: `#type/${encodeURIComponent(type.name)}` }, type.name),
    el("small", { class: "kind" }, type.kind));
}

function badges(method) {
  return [
    method.oneway ? el("span", { class: "badge", title: "The server sends no answer" }, "oneway") : null,
    deprecation(method),
  ];
}
