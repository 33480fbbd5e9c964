/**
 * What a scanned text says by its shape: GS1 element strings and links, numbers, our own codes.
 *
 * A number counts only with a valid check digit. What has no known shape is `plain`: its text may
 * still be a code that the catalog knows. Whatever is scanned, the raw text is kept; nothing throws.
 */
import { checkDigit } from "./digits.js";
import { cutHumanReadable, cuts, FNC1, Unreadable } from "./elements.js";
import { hasRightDigits, understand } from "./fields.js";
import { cutLink, isAddress } from "./link.js";
import { parseOwn } from "./own.js";
import { fault, parsedScan } from "./parsed.js";
import { parseNumber } from "./trade.js";

const TEXT_CHARACTERS_MAX = 512;
const SSCC_CHARACTERS = 20;
const AIM = /^\]([A-Za-z][0-9A-Za-z])/;
const IDENTIFIED = /^(?:(00)(\d{18})|(0[12])(\d{14}))/;

const of = (names, value) => names.map((name) => [name, value]);
// What AIM identifiers (ISO/IEC 15424, 5.1.2) and names of readers tell; all others are `other`.
const SYMBOLS = new Map([
  ...of(["C1", "e0", "e1", "e2", "d2", "Q3", "J1"], "gs1"),
  ...of(["E0"], "ean"),
  ...of(["E3"], "with_add_on"),
  ...of(["E4"], "ean_8"),
  ...of(["E1", "E2"], "add_on"),
  ...of(["gs1128", "ean128", "ucc128", "gs1datamatrix", "gs1dotcode"], "gs1"),
  ...of(["gs1qr", "gs1qrcode", "gs1composite", "databar", "databarexpanded"], "gs1"),
  ...of(["gs1databar", "gs1databarexp", "gs1databarexpanded"], "gs1"),
  ...of(["upce", "upce0", "upce1"], "upc_e"),
  ...of(["ean8"], "ean_8"),
  ...of(["eanupc"], "ean"),
]);

/**
 * Every way in which a scan can be read, and what is wrong with it.
 * @param {string} raw
 * @param {string} symbology What the reader called it, if it did.
 * @param {"unknown"|"sent"|"dropped"} separators What is known of the reader.
 * @returns {import("./parsed.js").Scanned}
 */
export function read(raw, symbology = "", separators = "unknown") {
  let text = raw.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  const aim = AIM.exec(text);
  let symbol = "";
  if (aim) {
    text = text.slice(aim[0].length);
    symbol = SYMBOLS.get(aim[1]) ?? "other";
  } else symbol = named(symbology);
  const unfit = unfitness(text);
  if (unfit) return scanned(raw, text, [], fault(unfit));
  const [own, wrong] = parseOwn(text);
  if (own || wrong) return scanned(raw, text, own ? [own] : [], wrong);
  if (isAddress(text)) return readDelimited(raw, text, cutLink);
  if (text.startsWith("(")) return readDelimited(raw, text, cutHumanReadable);
  if (symbol === "gs1" || text.includes(FNC1) || looksIdentified(text, symbol))
    return readElements(raw, text, separators);
  const [readings, bad] = parseNumber(text, symbol);
  return scanned(raw, text, readings, bad ?? shapeFault(text));
}

function unfitness(text) {
  if (!text) return "empty";
  if ([...text].length > TEXT_CHARACTERS_MAX) return "too_long";
  // eslint-disable-next-line no-control-regex -- every character of ASCII is meant.
  return /^[\x00-\x7f]*$/.test(text) ? "" : "not_ascii";
}

function scanned(raw, text, readings, wrong) {
  return { raw, readings: readings.length ? readings : [parsedScan({ text })], fault: wrong };
}

function named(symbology) {
  const name = symbology.toLowerCase().replace(/[^a-z0-9]/g, "").replace(/^labeltype/, "");
  // Readers name symbologies as they like, so a name that is not known tells nothing.
  return (symbology && SYMBOLS.get(name)) || "";
}

function looksIdentified(text, symbol) {
  // Many readers and cameras don't tell GS1-128 from Code 128; only a number with a valid check
  // digit is proof enough.
  const found = symbol ? null : IDENTIFIED.exec(text);
  if (!found || (found[1] && text.length !== SSCC_CHARACTERS)) return false;
  return hasRightDigits(found[1] ?? found[3], found[2] ?? found[4]);
}

function shapeFault(text) {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for.
  if (/[\x00-\x1f\x7f]/.test(text)) return fault("control_character");
  const found = IDENTIFIED.exec(text);
  if (!found || found[0] !== text) return null;
  const [identifier, digits] = [found[1] ?? found[3], found[2] ?? found[4]];
  const expected = checkDigit(digits.slice(0, -1));
  return digits.endsWith(expected) ? null : fault("check_digit", { identifier, value: digits.at(-1), expected });
}

function readDelimited(raw, text, cut) {
  try {
    const [pairs, wrong] = cut(text);
    return understood(raw, text, pairs.length ? [pairs] : [], wrong);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return scanned(raw, text, [], error.fault);
  }
}

function readElements(raw, text, separators) {
  const [ways, wrong] = cuts(text, separators);
  if (ways.length) return understood(raw, text, ways, wrong);
  // Readers may be set to strip the identifier of a lone number.
  const [readings] = parseNumber(text.replace(/^\x1d+|\x1d+$/g, ""), "");
  return scanned(raw, text, readings, readings.length ? null : wrong);
}

function understood(raw, text, ways, wrong) {
  const told = ways.map((way) => understand(text, way));
  const distinct = new Map(told.map(([reading]) => [JSON.stringify(reading), reading]));
  const faults = told.map(([, bad]) => bad).filter(Boolean);
  return scanned(raw, text, [...distinct.values()], wrong ?? faults[0] ?? null);
}
