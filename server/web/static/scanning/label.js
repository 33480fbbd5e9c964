/**
 * Several codes on one label: item, lot, expiry, serial, each in a barcode of its own.
 *
 * Scans that follow each other closely belong to one label as long as each says something new. A
 * field that comes again begins the next label, even with the same value: two like items are two.
 */
import { parsedScan } from "./parsed.js";

/** Milliseconds between two scans of one label. */
const GAP_MS_MAX = 2_000;
const KINDS = ["sscc", "gtin", "gs1"];

/**
 * The label with one more part, or the next label that the part begins.
 * @param {?{parts: import("./parsed.js").ParsedScan[], last_ms: number}} label
 * @param {import("./parsed.js").ParsedScan} part
 * @param {number} at_ms
 */
export function labelled(label, part, at_ms) {
  const parts = label?.parts ?? [];
  const gap = at_ms - (label?.last_ms ?? Number.NEGATIVE_INFINITY);
  const own = Object.keys(fieldsOf(part));
  const is_new = parts.every((known) => !own.some((name) => name in fieldsOf(known)));
  const joins = gap >= 0 && gap <= GAP_MS_MAX && is_new && [...parts, part].every(({ kind }) => KINDS.includes(kind));
  return { parts: joins ? [...parts, part] : [part], last_ms: at_ms };
}

/** What the parts say together; the text is that of the part that names the goods. */
export function saidOf({ parts }) {
  if (parts.length === 1) return parts[0];
  const fields = Object.assign({}, ...parts.map(fieldsOf));
  const rank = ({ kind }) => KINDS.indexOf(kind);
  const leading = parts.reduce((best, part) => (rank(part) < rank(best) ? part : best));
  const expiry = fields.expiry ?? fields.best_before ?? "";
  return parsedScan({ ...fields, expiry, text: leading.text, kind: leading.kind });
}

/** What a part says by itself, without what follows from it. */
function fieldsOf({ text: _text, kind: _kind, ...part }) {
  const said = Object.fromEntries(Object.entries(part).filter(([, value]) => value !== "" && value !== null));
  if (said.expiry === said.best_before) delete said.expiry;
  return said;
}
