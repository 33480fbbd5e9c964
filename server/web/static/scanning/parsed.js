/** What a scan says, as frozen values. */

/**
 * What is wrong with a scan.
 * @typedef {{code: string, identifier: string, value: string, expected: string}} Fault
 */

/**
 * One way to read a scan; what it does not say is empty or null. Dates are `YYYY-MM-DD`.
 * @typedef {Object} ParsedScan
 * @property {string} text As scanned, without the symbology identifier and surrounding blanks.
 * @property {"gtin"|"sscc"|"gs1"|"own"|"plain"} kind
 * @property {string} gtin 14 digits; with `sscc` what the unit contains.
 * @property {string} sscc 18 digits.
 * @property {string} lot
 * @property {string} serial
 * @property {string} expiry Use by, else best before.
 * @property {?number} count Items contained, or variable count.
 * @property {?number} weight_g
 * @property {string} own What one of our own codes stands for.
 * @property {string} command
 * @property {?number} task
 */

/**
 * A scan with every way in which it can be read, the first to the letter of the standard.
 * @typedef {{raw: string, readings: ParsedScan[], fault: ?Fault}} Scanned
 */

export const SEPARATOR_MISSING = "separator_missing";

const TEXTS = [
  ...["gtin", "sscc", "lot", "serial", "expiry", "own", "command", "best_before", "produced"],
  ...["packed", "variant", "additional_id", "customer_part", "customer_order", "consignment"],
  ...["shipment", "route", "ship_to", "bill_to", "purchased_from", "ship_for", "location"],
  ...["invoiced_by", "produced_at", "party", "postal_code", "country", "returnable_asset", "asset"],
];
const SILENT = Object.freeze({
  ...{ text: "", kind: "plain", count: null, weight_g: null, task: null },
  ...Object.fromEntries(TEXTS.map((name) => [name, ""])),
});

/** @param {Object} said @returns {ParsedScan} */
export const parsedScan = (said) => Object.freeze({ ...SILENT, ...said });

/** @returns {Fault} */
export const fault = (code, { identifier = "", value = "", expected = "" } = {}) =>
  Object.freeze({ code, identifier, value, expected });

/** Whether the text alone does not decide, so task, place or person must. @param {Scanned} scanned */
export const mustAsk = ({ readings, fault: wrong }) =>
  wrong?.code === SEPARATOR_MISSING || readings.length > 1;
