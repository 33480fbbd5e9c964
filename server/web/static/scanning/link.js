/** GS1 Digital Link URIs cut into pairs of application identifier and value, of any domain. */
import { fitting, isIdentifier, Unreadable } from "./elements.js";
import { fault } from "./parsed.js";

const KEYS = new Set([
  ...["00", "01", "253", "255", "401", "402", "414", "415", "417"],
  ...["8003", "8004", "8006", "8010", "8013", "8017", "8018"],
]);
const GTIN_DIGITS = 14;
const SHORT_GTINS = new Set([8, 12, 13]);

/** Whether a text is a web address, of GS1 or not; a QR code may have it in capitals. */
export const isAddress = (text) => /^https?:\/\//i.test(text);

/** Cut an address; empty if it is no Digital Link, `Unreadable` if its key is wrong. */
export function cutLink(text) {
  const plain = text.replace(/[\t\r\n]/g, "").replace(/^https?:\/\//i, "").split("#")[0];
  const [address, ...rest] = plain.split("?");
  const [host, ...path] = address.split("/");
  if (/[[\]]/.test(host)) return [[], null];
  if (path.at(-1) === "") path.pop();
  // A slash within a value is written %2F, so segments are cut before they are decoded.
  const segments = path.map(unquoted);
  const start = segments.findIndex((name) => KEYS.has(name));
  if (start < 0) return [[], null];
  const fields = segments.slice(start);
  if (fields.length % 2) throw new Unreadable(fault("bad_value", { identifier: fields.at(-1) }));
  return fitting(pairsOf(fields, rest.join("?")));
}

function pairsOf(segments, query) {
  const pairs = [];
  for (let at = 0; at < segments.length; at += 2)
    pairs.push([segments[at], widened(segments[at], segments[at + 1])]);
  for (const part of query ? query.split("&").filter(Boolean) : []) {
    const [name, ...value] = part.split("=");
    const identifier = unquoted(name.replaceAll("+", " "));
    // Whatever else stands in a query is not ours to judge.
    if (isIdentifier(identifier))
      pairs.push([identifier, widened(identifier, unquoted(value.join("=").replaceAll("+", " ")))]);
  }
  return pairs;
}

/** Pad a GTIN of 8, 12 or 13 digits, as older links have it, with zeros in front. */
const widened = (identifier, value) =>
  identifier === "01" && SHORT_GTINS.has(value.length) ? value.padStart(GTIN_DIGITS, "0") : value;

/** Decode what is percent-encoded; bytes that are no UTF-8 are replaced. */
function unquoted(text) {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    const bytes = run.slice(1).split("%").map((hex) => Number.parseInt(hex, 16));
    return new TextDecoder().decode(new Uint8Array(bytes));
  });
}
