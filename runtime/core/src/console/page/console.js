// Starts the page: loads the IDL, follows the address, and listens to keys.

const THEME = "thrift-console-theme";
const THEMES = ["auto", "light", "dark"];

class Console {
  constructor(idl) {
    this.idl = idl;
    this.main = document.getElementById("main");
    this.history = new History();
    this.index = new Index(idl);
    this.page = null;
    if (idl.title) {
      document.title = `${idl.title} – Thrift console`;
      document.getElementById("target").textContent = idl.title;
    }
    window.addEventListener("hashchange", () => this.follow());
    document.addEventListener("keydown", (event) => this.key(event));
    this.follow();
  }

  /** Shows what the address names. */
  follow() {
    const link = readLink(location.hash);
    const entry = link.method && this.idl.byFull.get(link.method);
    const number = link.type && this.idl.typesByName.get(link.type);
    this.page = null;
    if (entry) {
      this.page = new CallPage(this.idl, entry, this.history);
      this.page.fill(link);
      this.main.replaceChildren(this.page.element);
    } else {
      const name = link.method || link.type;
      this.main.replaceChildren();
      append(this.main, number !== undefined && link.type ? typePage(this.idl, this.idl.types[number]) : [
        name ? el("p", { class: "warning" }, `The IDL has no “${name}”.`) : null, overview(this.idl)]);
    }
    this.main.scrollTop = 0;
    this.index.mark();
    closeMenu();
  }

  key(event) {
    const isEditing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && this.page) {
      event.preventDefault();
      this.page.call();
    } else if (event.key === "/" && !isEditing) {
      event.preventDefault();
      openMenu();
      this.index.search.focus();
      this.index.search.select();
    } else if (event.key === "Escape") {
      closeMenu();
    }
  }
}

// On a phone, the index is a menu.

function openMenu() {
  document.body.classList.add("menu");
  document.getElementById("menu").setAttribute("aria-expanded", "true");
}

function closeMenu() {
  document.body.classList.remove("menu");
  document.getElementById("menu").setAttribute("aria-expanded", "false");
}

function showTheme(theme) {
  const button = document.getElementById("theme");
  document.documentElement.dataset.theme = theme;
  button.textContent = `Theme: ${theme}`;
}

function storedTheme() {
  try {
    const theme = localStorage.getItem(THEME);
    return THEMES.includes(theme) ? theme : "auto";
  } catch {
    return "auto";
  }
}

function nextTheme() {
  const theme = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
  showTheme(theme);
  try {
    localStorage.setItem(THEME, theme);
  } catch {
    // The browser keeps nothing: it is the theme until the page is left.
  }
}

async function start() {
  showTheme(storedTheme());
  document.getElementById("theme").addEventListener("click", nextTheme);
  document.getElementById("menu").addEventListener("click", () => {
    if (document.body.classList.contains("menu")) closeMenu();
    else openMenu();
  });
  document.getElementById("skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  });
  try {
    const response = await fetch(api("idl.json"));
    if (!response.ok) throw new Error((await response.text()).slice(0, 300));
    new Console(new Idl(await response.json()));
    document.body.dataset.ready = "true";
    performance.mark("shown");
  } catch (error) {
    const main = document.getElementById("main");
    main.replaceChildren(el("p", { class: "failure", role: "alert" }, `The IDL cannot be loaded: ${error.message}`));
  }
}

start();
