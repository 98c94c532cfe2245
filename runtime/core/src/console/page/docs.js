// Pages without a call: the overview, and types.

function overview(idl) {
  const services = el("div", {});
  portions(services, idl.services, (service) => el("section", { class: "card" },
    el("h3", {}, service.name, service.extends ? el("small", {}, ` extends ${service.extends}`) : null, deprecation(service)),
    docs(service.doc), lazyDetails(`${service.methods.length} methods`, () => {
      const list = el("ul", { class: "signatures" });
      portions(list, idl.methodsOf(service), (one) => el("li", {}, signature(idl, one)));
      return list;
    }, idl.methods.length <= FEW_METHODS)));
  return [
    el("h2", {}, idl.title || "Services"),
    el("p", { class: "hint" }, "Choose a method. ", el("kbd", {}, "/"), " searches, ", el("kbd", {}, "Ctrl-Enter"),
      " sends, ", el("kbd", {}, "Ctrl-Space"), " completes in JSON."),
    idl.services.length > 0 ? services : el("p", {}, "The IDL has no service."),
  ];
}

/** A method as the IDL has it, with links. */
function signature(idl, { full, method }) {
  const fields = (all) => all.flatMap((field, index) => [index > 0 ? ", " : "", typeLinks(idl, field.type), ` ${field.name}`]);
  return el("code", { class: "signature" }, method.oneway ? "oneway " : "",
    method.returns === undefined ? "void" : typeLinks(idl, method.returns), " ",
    el("a", { href: `#${encodeURIComponent(full)}`, class: "method" }, full), "(", fields(method.arguments), ")",
    method.throws.length > 0 ? [" throws (", fields(method.throws), ")"] : null);
}

/** The page of a type. */
function typePage(idl, type) {
  const rows = type.kind === "enum" ? type.values.map(valueRow) : type.fields.map((field) => fieldRow(idl, field));
  const body = el("tbody", {});
  portions(body, rows, (row) => row());
  const heads = type.kind === "enum" ? ["Value", "Number", ""] : ["Id", "Field", "Type", ""];
  return [
    el("h2", {}, el("small", { class: "kind" }, `${type.kind} `), type.name, " ", deprecation(type)),
    docs(type.doc),
    rows.length === 0 ? el("p", { class: "hint" }, "It is empty.")
      : el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Members of ${type.name}` },
        el("table", {}, el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))), body)),
  ];
}

function valueRow(value) {
  return () => el("tr", {}, el("th", { scope: "row" }, value.name), el("td", {}, String(value.number)),
    el("td", {}, docs(value.doc)));
}

function fieldRow(idl, field) {
  return () => el("tr", {}, el("td", {}, String(field.id)), el("th", { scope: "row" }, field.name, " ", deprecation(field)),
    el("td", {}, typeLinks(idl, field.type)),
    el("td", {}, el("span", { class: "default" }, requiredness(field)),
      field.default === undefined ? null : el("span", { class: "default" }, " default ", el("code", {}, field.default || "of the IDL")),
      docs(field.doc)));
}
