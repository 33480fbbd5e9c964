/**
 * What the fields of a GS1 message mean on the floor.
 *
 * What is wrong with a field costs that field, not the scan; only a wrong number of the goods
 * themselves leaves nothing to go by. Sections are those of the GS1 General Specifications.
 */
import { checkDigit, hasCheckDigit } from "./digits.js";
import { fault, parsedScan } from "./parsed.js";

/** Identifiers whose value is YYMMDD (3.4). */
export const DATES = new Set(["11", "12", "13", "15", "16", "17"]);
/** Identifiers of the numbers of goods and of the units that they are in (3.3). */
export const KEYS = new Set(["00", "01", "02"]);

const of = (names, value) => Object.fromEntries(names.map((name) => [name, value]));
// How many digits there are, the check digit last.
const CHECKED = {
  ...of(["00", "8017", "8018"], 18),
  ...of(["01", "02", "03", "8003", "8006", "8026"], 14),
  ...of(["410", "411", "412", "413", "414", "415", "416", "417", "253", "255"], 13),
  402: 17,
};
const TEXTS = [
  ...[["10", "lot"], ["20", "variant"], ["21", "serial"], ["240", "additional_id"]],
  ...[["241", "customer_part"], ["400", "customer_order"], ["401", "consignment"]],
  ...[["402", "shipment"], ["403", "route"], ["410", "ship_to"], ["411", "bill_to"]],
  ...[["412", "purchased_from"], ["413", "ship_for"], ["414", "location"], ["415", "invoiced_by"]],
  ...[["416", "produced_at"], ["417", "party"], ["420", "postal_code"], ["8004", "asset"]],
];
const DAYS = [["11", "produced"], ["13", "packed"], ["15", "best_before"]];
// Pairs that must not stand together (4.13.1) because they answer the same question.
const RIVALS = [["01", "02"], ["420", "421"]];
const COUNTRY_DIGITS = 3;
const CENTURY_TURNS = 76;

const checkedDigits = (identifier, value) => value.slice(0, CHECKED[identifier] ?? 0);

/** Whether a value has its check digit, if it must have one (or `needed` says so). */
export function hasRightDigits(identifier, value, needed = false) {
  const digits = checkedDigits(identifier, value);
  return digits ? hasCheckDigit(digits) : !needed;
}

/** Whether YYMMDD is a day of the calendar, or with day 00 a month. */
export const isDate = (digits) => date(digits) !== "";

/**
 * What the fields of a message say, and the first thing that is wrong with it.
 * @param {string} text
 * @param {[string, string][]} pairs
 */
export function understand(text, pairs) {
  const [said, faults] = withoutContradictions(pairs);
  for (const [identifier, value] of [...said]) {
    const digits = checkedDigits(identifier, value);
    if (digits && !hasCheckDigit(digits)) {
      const expected = checkDigit(digits.slice(0, -1));
      const wrong = fault("check_digit", { identifier, value: digits.at(-1), expected });
      if (KEYS.has(identifier)) return [parsedScan({ text }), wrong];
      faults.push(wrong);
      said.delete(identifier);
    } else if (DATES.has(identifier) && !isDate(value)) {
      faults.push(fault("bad_date", { identifier, value }));
      said.delete(identifier);
    }
  }
  return [parsedScan({ text, ...meant(said) }), faults[0] ?? null];
}

function meant(said) {
  const fields = {};
  for (const [identifier, name] of TEXTS) if (said.has(identifier)) fields[name] = said.get(identifier);
  for (const [identifier, name] of DAYS)
    if (said.has(identifier)) fields[name] = date(said.get(identifier));
  if (said.has("421")) {
    fields.country = said.get("421").slice(0, COUNTRY_DIGITS);
    fields.postal_code = said.get("421").slice(COUNTRY_DIGITS);
  }
  if (said.has("8003")) fields.returnable_asset = said.get("8003").slice(1);
  const gtin = said.get("01") || said.get("02") || "";
  const sscc = said.get("00") ?? "";
  const count = said.get("37") || said.get("30");
  return {
    ...fields,
    kind: sscc ? "sscc" : gtin ? "gtin" : "gs1",
    gtin,
    sscc,
    expiry: date(said.get("17") ?? "") || date(said.get("15") ?? ""),
    count: count ? Number(count) : null,
    weight_g: weight(said),
  };
}

function withoutContradictions(pairs) {
  const said = new Map();
  const doubts = new Map();
  for (const [identifier, value] of pairs) {
    if (!said.has(identifier)) said.set(identifier, value);
    else if (said.get(identifier) !== value)
      doubts.set(identifier, fault("contradiction", { identifier, value, expected: said.get(identifier) }));
  }
  for (const [one, other] of RIVALS) {
    if (!said.has(one) || !said.has(other) || said.get(one) === said.get(other)) continue;
    const [value, expected] = [said.get(other), said.get(one)];
    const doubt = fault("contradiction", { identifier: other, value, expected });
    doubts.set(one, doubt).set(other, doubt);
  }
  for (const identifier of doubts.keys()) said.delete(identifier);
  return [said, [...doubts.values()]];
}

function date(digits) {
  // The century of 7.12 depends on today's date. A fixed turn keeps this pure and answers the same
  // for any date that goods can bear until 2075.
  if (!digits) return "";
  const [years, month, days] = [0, 2, 4].map((at) => Number(digits.slice(at, at + 2)));
  const year = years + (years >= CENTURY_TURNS ? 1900 : 2000);
  if (month < 1 || month > 12) return "";
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const day = days || last;
  const two = (number) => String(number).padStart(2, "0");
  return day <= last ? `${year}-${two(month)}-${two(day)}` : "";
}

function weight(said) {
  for (const family of ["310", "330"])
    for (const [identifier, digits] of said)
      if (identifier.startsWith(family)) return grams(Number(digits), Number(identifier[3]));
  return null;
}

function grams(number, decimals) {
  // Kilograms with so many decimals; fractions of a gram are rounded half up.
  const divisor = 10 ** decimals;
  return Math.floor((number * 1_000 + Math.floor(divisor / 2)) / divisor);
}
