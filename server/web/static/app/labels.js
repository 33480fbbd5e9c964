/**
 * Several codes on one label are one input: item, lot, expiry and serial may be barcodes of their own.
 *
 * The camera sees them in one picture, some readers send them in one burst, and a person scans a lot
 * right after its item. What the earlier codes led to is worked out anew with all of them, as long as no
 * line was written: so a label counts once, and nobody is asked for what it says.
 */
import { labelled, saidOf } from "../scanning/label.js";
import { mustAsk } from "../scanning/parsed.js";

/** Codes that follow each other so closely are of one trigger: nobody scans twice as fast. */
const BURST_MS_MAX = 150;

/** What was scanned last, as far as it is of one label. */
export class Labels {
  #label = null;

  /**
   * An input with all that its label says, and the session that it is given to.
   * @param {Object} input As the runner takes it; scans may say `begun_ms` and `ended_ms`, and `beside`
   *   what else stands on their label.
   * @param {Object} session As it is now.
   * @returns {?{input: Object, session: Object}} Null where a line of this very label is written already.
   */
  whole(input, session) {
    const { begun_ms = 0, ended_ms = begun_ms, beside = [] } = input;
    const codes = [input, ...beside].map(codeOf);
    if (codes.includes(null)) {
      this.#label = null;
      return { input, session };
    }
    const last = this.#label?.after === session ? this.#label : null;
    const known = last && isNear(last, codes[0], begun_ms) ? last : null;
    let label = labelled(known, codes[0].part, begun_ms);
    const is_more = label.parts.length > 1;
    if (is_more && known.is_written) return null;
    for (const { part } of codes.slice(1)) label = labelled(label, part, begun_ms);
    const of_label = is_more ? [...known.codes, ...codes] : codes;
    this.#label = { ...label, codes: of_label, last_ms: ended_ms, before: is_more ? known.before : session };
    const { before } = this.#label;
    return { input: of_label.length > 1 ? joined(input, label, of_label) : input, session: before };
  }

  /** Note what an input led to; what was written is not worked out anew. */
  note(session, operations) {
    if (this.#label) Object.assign(this.#label, { after: session, is_written: operations.length > 0 });
  }
}

/** A scan if it may be of a label; null where it has to be asked, or is no scan. */
function codeOf({ scanned, symbology = "", entry = "scanner" }) {
  if (!scanned || scanned.fault || mustAsk(scanned)) return null;
  return { part: scanned.readings[0], scan: { text: scanned.raw, symbology, entry } };
}

/** Goods and the unit that they are put into are two scans, unless both came in one burst. */
function isNear(label, { part }, at_ms) {
  if (Math.abs(at_ms - label.last_ms) <= BURST_MS_MAX) return true;
  const names = (each) => Boolean(each.gtin || each.sscc);
  return !label.is_written && !(names(part) && label.parts.some(names));
}

/** The codes of a label as one input: the leading one, with all that they say. */
function joined(input, label, codes) {
  const said = saidOf(label);
  const leading = codes.find(({ part }) => part.text === said.text);
  const { text: raw, symbology, entry } = leading.scan;
  const scans = codes.filter((each) => each !== leading).map(({ scan }) => scan);
  return { ...input, scanned: { raw, readings: [said], fault: null }, symbology, entry, scans };
}

/**
 * What is meant of the codes in one picture: one, or all of one label; null where somebody must choose.
 * @param {{scanned: Object}[]} codes
 * @param {(text: string) => boolean} isKnown Whether a text without a known shape is any code of ours.
 */
export function ofOneLabel(codes, isKnown) {
  const isOurs = ({ scanned: { readings } }) => readings[0].kind !== "plain" || isKnown(readings[0].text);
  const ours = codes.filter(isOurs);
  const left = ours.length ? ours : codes;
  if (left.length < 2) return left;
  if (left.some((each) => !codeOf(each))) return null;
  let label = null;
  for (const { scanned } of left) label = labelled(label, scanned.readings[0], 0);
  return label.parts.length === left.length ? left : null;
}
