/** What operators read, in their language; a client in any language shows the same. */

/** Left before a mark where nothing was filled in. */
const GAP = / (?=[?:;,.\uff1f\uff1a\uff1b\uff0c](?:\s|$))/g;

let texts = {};

/** Say which texts there are, by key and language. @param {Object<string, Object<string, string>>} told */
export function setTexts(told) {
  texts = told;
}

/** Whether there is a text of a key. */
export const hasText = (key) => key in texts;

/** The names of the fields that a text has. */
export const fieldsOf = (key) => new Set([...texts[key].en.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));

/** A text with its fields filled in. */
export function say(language, key, fields = {}) {
  const text = texts[key]?.[language] ?? texts[key]?.en ?? key;
  const filled = text.replace(/\{(\w+)\}/g, (_, name) => String(fields[name] ?? ""));
  return filled.split(/\s+/).filter(Boolean).join(" ").replace(GAP, "");
}

/** Packs as people count them, with what they make together: `2 × case of 12 = 24`. */
export function sayPacks(language, packs) {
  const units = packs.reduce((sum, { count, factor }) => sum + count * factor, 0);
  if (packs.every(({ factor }) => factor === 1)) return String(units);
  const parts = packs.map(({ count, level, factor }) => {
    const key = `packs.${level}`;
    return say(language, hasText(key) && level !== "sum" ? key : "packs.pack", { count, factor });
  });
  return say(language, "packs.sum", { packs: parts.join(" + "), units });
}
