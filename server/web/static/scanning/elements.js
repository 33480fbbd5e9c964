/**
 * GS1 element strings cut into pairs of application identifier and value.
 *
 * The formats are handed in (`setForms`), as the server knows them. A reader that drops separators
 * leaves several ways to cut, of which a parser that takes the first would make a wrong lot:
 *
 * 1. `cut` keeps to the letter: a field of variable length goes on to the next separator (7.8).
 * 2. `cuts` also gives the other ways to cut, if a separator may have been dropped.
 */
import { DATES, hasRightDigits, isDate, KEYS } from "./fields.js";
import { fault, SEPARATOR_MISSING } from "./parsed.js";

/** How readers send the function character that ends a field of variable length (7.8). */
export const FNC1 = "\x1d";
/** More ways than that are no question that a person can answer. */
const WAYS_MAX = 6;
/** No application identifier has a longer value (3.2). */
const VALUE_CHARACTERS_MAX = 90;
const STEPS_MAX = 200;

// The first two digits of an identifier tell how many it has, known or not (3.2).
const STEM_LENGTHS = new Map([
  ...["00", "01", "02", "03", "10", "11", "12", "13", "15", "16", "17"].map((stem) => [stem, 2]),
  ...["20", "21", "22", "30", "37"].map((stem) => [stem, 2]),
  ...[..."0123456789"].map((digit) => [`9${digit}`, 2]),
  ...["23", "24", "25", "40", "41", "42", "71"].map((stem) => [stem, 3]),
  ...["31", "32", "33", "34", "35", "36", "39", "43"].map((stem) => [stem, 4]),
  ...["70", "72", "80", "81", "82"].map((stem) => [stem, 4]),
]);

/** What was scanned is no GS1 message. */
export class Unreadable extends Error {
  /** @param {import("./parsed.js").Fault} wrong */
  constructor(wrong) {
    super(wrong.code);
    this.fault = wrong;
  }
}

let forms = new Map();

/**
 * Say which application identifiers there are.
 * @param {Object<string, [string, boolean]>} known Pattern of the value, and whether only a
 *   separator ends it.
 */
export function setForms(known) {
  forms = new Map(
    Object.entries(known).map(([identifier, [pattern, is_open]]) => [
      identifier,
      { at: new RegExp(`(?:${pattern})`, "y"), whole: new RegExp(`^(?:${pattern})$`), is_open },
    ]),
  );
}

/** Whether a text is an application identifier. */
export const isIdentifier = (text) => forms.has(text);

/** Cut text that has its identifiers in brackets, as it is printed under a barcode (4.14). */
export function cutHumanReadable(text) {
  const plain = text.replace(/\s+/g, "");
  const pairs = [...plain.matchAll(/\((\d{2,4})\)([^(]*)/g)];
  if (pairs.reduce((sum, [whole]) => sum + whole.length, 0) !== plain.length)
    throw new Unreadable(fault("unknown_identifier", { value: plain.slice(0, 6) }));
  return fitting(pairs.map(([, identifier, value]) => [identifier, value]));
}

/**
 * The pairs whose value fits, and what is wrong with the first that does not.
 *
 * Where fields are delimited, one that is wrong does not touch its neighbours; but without the
 * number of the goods there is nothing to go by.
 */
export function fitting(pairs) {
  const fit = [];
  const faults = [];
  for (const [identifier, value] of pairs) {
    const form = forms.get(identifier);
    if (!form) faults.push(fault("unknown_identifier", { value: identifier }));
    else if (value && form.whole.test(value)) fit.push([identifier, value]);
    else faults.push(fault("bad_value", { identifier, value }));
  }
  if (faults.length && (!fit.length || faults.some(({ identifier }) => KEYS.has(identifier))))
    throw new Unreadable(faults[0]);
  return [fit, faults[0] ?? null];
}

/** Cut text to the letter of the standard, or throw `Unreadable`. */
export function cut(text) {
  const pairs = [];
  for (const field of text.split(FNC1)) {
    let at = 0;
    while (at < field.length) {
      const [identifier, form, start] = identified(field, at);
      if (!form) throw new Unreadable(fault("unknown_identifier", { value: identifier }));
      const value = form.is_open ? whole(form, field.slice(start)) : matched(form, field, start);
      if (!value) {
        const seen = field.slice(start, start + VALUE_CHARACTERS_MAX);
        throw new Unreadable(fault("bad_value", { identifier, value: seen }));
      }
      at = start + value.length;
      pairs.push([identifier, value]);
    }
  }
  if (!pairs.length) throw new Unreadable(fault("empty"));
  return pairs;
}

/**
 * The ways to cut a message, the one to the letter first, and what is in doubt.
 *
 * A message with a separator comes from a reader that sends them. Of a reader of which nothing is
 * known, another way counts only if a date or a check digit in it proves that this is no chance.
 * @param {"unknown"|"sent"|"dropped"} separators
 */
export function cuts(text, separators) {
  let first;
  try {
    first = cut(text);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const [ways, is_complete] = waysOf(text, (way) => way.length > 0);
    if (is_complete && ways.length === 1) return [ways, null];
    if (separators === "sent" || !ways.length) return [[], error.fault];
    return [ways, fault(SEPARATOR_MISSING)];
  }
  if (separators === "sent" || text.includes(FNC1)) return [[first], null];
  const told = JSON.stringify(first);
  const counts = (way) =>
    JSON.stringify(way) !== told && (separators === "dropped" || proofs(way, first) > 0);
  const [others, is_complete] = waysOf(text, counts);
  const is_clear = is_complete && !others.length;
  return [[first, ...others], is_clear ? null : fault(SEPARATOR_MISSING)];
}

function waysOf(text, counts) {
  const search = { text, steps_left: STEPS_MAX };
  const found = [...walk(search, 0, [])].filter(counts);
  const proven = found.map((way) => [proofs(way), way]);
  const ways = proven.sort(([one], [other]) => other - one).map(([, way]) => way);
  return [ways.slice(0, WAYS_MAX), search.steps_left > 0 && ways.length <= WAYS_MAX];
}

/** The ways to cut what begins at a place; each field comes once and is right. */
function* walk(search, begin, said) {
  const { text } = search;
  let at = begin;
  while (text.startsWith(FNC1, at)) at += 1;
  if (at === text.length) {
    yield said;
    return;
  }
  const [identifier, form, start] = identified(text, at);
  if (!form || search.steps_left === 0 || said.some(([told]) => told === identifier)) return;
  if (!form.is_open) {
    search.steps_left -= 1;
    const value = matched(form, text, start);
    if (value !== null && isRight(identifier, value))
      yield* walk(search, start + value.length, [...said, [identifier, value]]);
    return;
  }
  for (const end of ends(text, start)) {
    if (search.steps_left === 0) return;
    search.steps_left -= 1;
    const value = whole(form, text.slice(start, end));
    if (value !== null && isRight(identifier, value))
      yield* walk(search, end, [...said, [identifier, value]]);
  }
}

function* ends(text, start) {
  const found = text.indexOf(FNC1, start);
  const stop = found < 0 ? text.length : found;
  yield stop;
  for (let end = Math.min(stop - 1, start + VALUE_CHARACTERS_MAX); end > start; end -= 1)
    if (STEM_LENGTHS.has(text.slice(end, end + 2))) yield end;
}

/** The identifier at a place, its form if there is one, and where its value starts. */
function identified(text, at) {
  const length = STEM_LENGTHS.get(text.slice(at, at + 2));
  if (length === undefined) return [text.slice(at, at + 2), null, at];
  const identifier = text.slice(at, at + length);
  return [identifier, forms.get(identifier) ?? null, at + length];
}

const whole = ({ whole: pattern }, value) => (pattern.test(value) ? value : null);

function matched({ at: pattern }, text, start) {
  pattern.lastIndex = start;
  return pattern.exec(text)?.[0] ?? null;
}

const isRight = (identifier, value) =>
  DATES.has(identifier) ? isDate(value) : hasRightDigits(identifier, value);

/** Count the dates and check digits in a way that are not in the first. */
function proofs(way, first = []) {
  const known = new Set(first.map((pair) => pair.join("\0")));
  const own = [...new Map(way.map((pair) => [pair.join("\0"), pair]))].filter(([key]) => !known.has(key));
  return own.filter(([, [identifier, value]]) => DATES.has(identifier) || hasRightDigits(identifier, value, true))
    .length;
}
