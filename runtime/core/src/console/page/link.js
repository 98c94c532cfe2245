// Links: the fragment of the address names a method or type, and may keep the arguments of a call. A link fills in a
// call; only people send it.

/** The link of a call: `#Store.get?arguments=…&headers=…&timeout=…`. */
function callLink(call) {
  const query = new URLSearchParams();
  if (call.text && call.text !== "{}") query.set("arguments", call.text);
  if (call.headers && call.headers.length > 0) query.set("headers", JSON.stringify(call.headers));
  if (call.timeout) query.set("timeout", String(call.timeout));
  const text = query.toString();
  return `#${encodeURIComponent(call.method)}${text ? `?${text}` : ""}`;
}

/** What a fragment leads to: an object of `method` or `type` (a name), or none; and of a call. */
function readLink(fragment) {
  const [name, query] = split(fragment.replace(/^#/, ""), "?");
  const target = decoded(name);
  if (target.startsWith("type/")) return { type: target.slice(5) };
  const values = new URLSearchParams(query);
  let headers = [];
  try {
    const parsed = JSON.parse(values.get("headers") || "[]");
    if (Array.isArray(parsed)) headers = parsed.filter((one) => Array.isArray(one) && one.length === 2);
  } catch {
    // Somebody has cut the link: the rest of it is of use.
  }
  const timeout = Number(values.get("timeout"));
  return {
    method: target,
    text: values.get("arguments"),
    headers: headers.map((one) => one.map(String)),
    timeout: Number.isFinite(timeout) && timeout > 0 ? timeout : null,
  };
}

function split(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
