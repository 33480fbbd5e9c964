/**
 * Numbers without application identifiers: EAN, UPC, ITF-14, and an SSCC by itself.
 *
 * A number counts only with a valid check digit. Eight digits may be a GTIN-8 or a UPC-E, whose
 * check digits are computed differently; if both are right and the reader does not tell, both are
 * readings.
 */
import { checkDigit, hasCheckDigit } from "./digits.js";
import { fault, parsedScan } from "./parsed.js";

/** The ways to read a number, none if it is no such number, and what is wrong with it. */
export function parseNumber(text, symbol) {
  if (symbol === "add_on") return [[], fault("add_on", { value: text })];
  if (symbol === "upc_e") return onlyUpcE(text);
  const with_add_on = symbol === "with_add_on" ? /^(\d{13})(?:\d{2}|\d{5})$/.exec(text) : null;
  const number = with_add_on?.[1] ?? text;
  if (/^\d{18}$/.test(number)) return checked(text, number, { kind: "sscc", sscc: number });
  if (!/^(?:\d{8}|\d{12,14})$/.test(number)) return [[], null];
  const gtin = number.padStart(14, "0");
  const [readings, wrong] = checked(text, number, { kind: "gtin", gtin });
  const wide = number.length === 8 && ["", "ean"].includes(symbol) ? upcE(number) : "";
  return wide ? [[...readings, parsedScan({ text, kind: "gtin", gtin: wide })], null] : [readings, wrong];
}

function onlyUpcE(text) {
  if (!/^\d{6,8}$/.test(text)) return [[], fault("bad_value", { value: text })];
  const gtin = upcE(text);
  return gtin ? [[parsedScan({ text, kind: "gtin", gtin })], null] : [[], fault("check_digit", { value: text })];
}

/** The GTIN of a zero-suppressed UPC (5.2.2) of 6 to 8 digits, empty if it is none. */
function upcE(digits) {
  const numbered = digits.length === 6 ? `0${digits}` : digits.slice(0, 7);
  if (!/^[01]/.test(numbered)) return "";
  const payload = expanded(numbered);
  const check = checkDigit(payload);
  return digits.length === 8 && digits[7] !== check ? "" : `${payload}${check}`.padStart(14, "0");
}

function expanded(upc) {
  const last = upc[6];
  if ("012".includes(last)) return `${upc.slice(0, 3)}${last}0000${upc.slice(3, 6)}`;
  if (last === "3") return `${upc.slice(0, 4)}00000${upc.slice(4, 6)}`;
  if (last === "4") return `${upc.slice(0, 5)}00000${upc[5]}`;
  return `${upc.slice(0, 6)}0000${last}`;
}

function checked(text, number, said) {
  if (hasCheckDigit(number)) return [[parsedScan({ text, ...said })], null];
  const expected = checkDigit(number.slice(0, -1));
  return [[], fault("check_digit", { value: number.at(-1), expected })];
}
