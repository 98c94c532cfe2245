"use strict";
(() => {
  const root = document.documentElement;
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const menu = document.getElementById("menu");
  const stored = (value) => {
    // Pages that are opened as files may have no storage.
    try {
      if (value) localStorage.setItem("theme", value);
      return localStorage.getItem("theme");
    } catch {
      return value;
    }
  };
  const theme = stored();
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  document.getElementById("theme").addEventListener("click", () => {
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    stored(root.dataset.theme);
  });
  const open = (is) => {
    document.body.classList.toggle("menu", is);
    menu.setAttribute("aria-expanded", String(is));
  };
  menu.addEventListener("click", () => open(!document.body.classList.contains("menu")));
  document.getElementById("contents").addEventListener("click", (event) => {
    if (event.target.closest("li a")) open(false);
  });

  // What can be found, by its name in small letters; made when it is needed first.
  let index;
  const entries = () => {
    index ??= Array.from(document.querySelectorAll("[data-name]"), (one) => ({
      id: one.id,
      kind: one.dataset.kind,
      name: one.dataset.name,
      lower: one.dataset.name.toLowerCase(),
    }));
    return index;
  };
  // 0 is best: the name, its beginning, a part of it, its letters in this order. -1 is no match.
  const rank = (name, query) => {
    const at = name.indexOf(query);
    if (at === 0) return name.length === query.length ? 0 : 1;
    if (at > 0) return 2;
    let next = 0;
    for (const letter of name) if (letter === query[next]) next++;
    return next === query.length ? 3 : -1;
  };
  const members = new Set(["field", "value", "method"]);
  let chosen = 0;
  const choose = (to) => {
    const links = found.querySelectorAll("a");
    if (links.length === 0) return;
    chosen = (to + links.length) % links.length;
    links.forEach((link, at) => link.setAttribute("aria-selected", String(at === chosen)));
    links[chosen].scrollIntoView({ block: "nearest" });
  };
  const show = () => {
    const query = search.value.trim().toLowerCase();
    found.replaceChildren();
    found.hidden = query === "";
    if (found.hidden) return;
    const ranked = [];
    for (const entry of entries()) {
      const best = rank(entry.lower, query);
      if (best >= 0) ranked.push([best * 2 + members.has(entry.kind), entry]);
    }
    ranked.sort((a, b) => a[0] - b[0] || a[1].name.length - b[1].name.length);
    for (const [, entry] of ranked.slice(0, 60)) {
      const link = document.createElement("a");
      link.href = "#" + encodeURIComponent(entry.id);
      link.setAttribute("role", "option");
      const part = (name, text) => {
        const span = document.createElement("span");
        span.className = name;
        span.textContent = text;
        link.append(span);
      };
      part("kind", entry.kind);
      part("name", entry.name);
      part("where", entry.id.split(".").slice(1).join("."));
      found.append(link);
    }
    if (ranked.length === 0) {
      const nothing = document.createElement("p");
      nothing.textContent = "Nothing has this name.";
      found.append(nothing);
    }
    choose(0);
  };
  const close = () => {
    found.hidden = true;
    search.blur();
  };
  search.addEventListener("input", show);
  search.addEventListener("focus", show);
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter") found.querySelectorAll("a")[chosen]?.click();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  found.addEventListener("click", (event) => {
    if (event.target.closest("a")) close();
  });
  document.addEventListener("click", (event) => {
    if (!found.contains(event.target) && event.target !== search) found.hidden = true;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target !== search && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      search.focus();
    }
  });
})();
