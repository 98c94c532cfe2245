// Colours of JSON that is being written, which need not be right yet.

const TOKEN = /("(?:[^"\\\n]|\\.)*"?)(\s*:)?|(-?[0-9][0-9.eE+-]*)|(true|false|null)\b|([{}[\],:])/g;
/** Longer texts have no colours. */
const MOST_COLOURED = 200000;

/** Pieces of a text: objects of `kind`, `start` and `end`. What is between them has no colour. */
function tokens(text) {
  const found = [];
  if (text.length > MOST_COLOURED) return found;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon, number, word] = match;
    const start = match.index;
    if (string !== undefined) {
      found.push({ kind: colon === undefined ? "string" : "key", start, end: start + string.length });
    } else {
      const kind = number !== undefined ? "number" : word !== undefined ? "bool" : "mark";
      found.push({ kind, start, end: start + whole.length });
    }
  }
  return found;
}

/** Puts a text into an element, with colours, and with the places of mistakes marked. */
function paint(element, text, errors) {
  const borders = new Set([0, text.length]);
  const pieces = tokens(text);
  for (const { start, end } of [...pieces, ...errors]) borders.add(start).add(end);
  const places = [...borders].filter((at) => at >= 0 && at <= text.length).sort((a, b) => a - b);
  element.replaceChildren();
  let next = 0;
  for (let index = 0; index + 1 < places.length; index += 1) {
    const [start, end] = [places[index], places[index + 1]];
    while (next < pieces.length && pieces[next].end <= start) next += 1;
    const piece = pieces[next];
    const classes = [];
    if (piece && piece.start <= start && end <= piece.end) classes.push(`json-${piece.kind}`);
    if (errors.some((error) => error.start <= start && end <= error.end)) classes.push("mistake");
    const part = text.slice(start, end);
    element.append(classes.length > 0 ? el("span", { class: classes.join(" ") }, part) : part);
  }
  // A line that is empty has a height, too.
  element.append("\n");
}

/** Line and column of a place, from 1. */
function lineAndColumn(text, at) {
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  return `${line}:${at - before.lastIndexOf("\n")}`;
}
