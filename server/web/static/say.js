/** What pages say, in the person's language: operators' texts by their keys, those of pages by theirs. */
import { hasText, say as filled, sayPacks, setTexts } from "./workflow/texts.js";

export const LANGUAGES = { en: "English", zh: "中文", de: "Deutsch" };

let language = "en";

/** Begin with the texts of a page, and with those of operators where it shows them. */
export function setLanguages(pages, texts = {}) {
  setTexts({ ...texts, ...pages });
}

/** The language in which things are said. */
export const spoken = () => language;

/** Speak another language from now on; one that is not known is English. */
export function speak(wanted) {
  const name = String(wanted ?? "").slice(0, 2).toLowerCase();
  language = name in LANGUAGES ? name : "en";
  document.documentElement.lang = language;
}

/** A text by its key, with its fields. */
export const t = (key, fields) => filled(language, key, fields);

/** What a step says; goods that have a name are not called by their barcode as well. */
export const stepText = ({ key, fields }) => t(key, fields?.item ? { ...fields, code: "" } : fields);

/** Packs as people count them. */
export const packsText = (packs) => sayPacks(language, packs);

/**
 * The language as it is written where the person is: a month and a day that are numbers would be read
 * the other way round elsewhere.
 */
export function locale() {
  const is_spoken = (each) => each.slice(0, 2).toLowerCase() === language;
  const preferred = globalThis.navigator?.languages?.find(is_spoken);
  return preferred ?? (language === "en" ? "en-GB" : language);
}

/** A moment as people write it, with its month in words. @param {number} ms Since 1970 UTC. */
export const moment = (ms, how = { dateStyle: "medium", timeStyle: "short" }) =>
  new Intl.DateTimeFormat(locale(), how).format(new Date(ms));

/** A day as people write it. @param {string} day `YYYY-MM-DD`; anything else is said as it is. */
export function dayText(day) {
  const noon = Date.parse(`${day}T12:00:00`);
  return Number.isNaN(noon) ? day : moment(noon, { dateStyle: "medium" });
}

/** What the book expected or found, in the person's language where it says so in words. */
export function foundText(text) {
  // What nobody could name stands by what was scanned.
  const said = String(text ?? "").replace(/^unidentified:/, "");
  const key = `app.expects.${said.toLowerCase().replace(/[^a-z0-9]+/g, "_")}`;
  return hasText(key) ? t(key) : said;
}

/** Ids of a site begin behind this number, which nobody needs to read. */
const IDS_OF_SITE = 1_000_000;

/** An id as people say it. @param {number} id */
export const shortId = (id) => (id > IDS_OF_SITE ? id - IDS_OF_SITE : id);

/** A share as people write it. @param {number} share Of one. */
export const percentText = (share) =>
  new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 1 }).format(share);

/** Behind so many days people want the day, not how many there were. */
const DAYS_COUNTED = 60;

/** How long ago something was. */
export function ago(ms, now = Date.now()) {
  const minutes = Math.max(0, Math.round((now - ms) / 60_000));
  const form = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  if (!minutes) return form.format(0, "second");
  if (minutes > DAYS_COUNTED * 1_440) return moment(ms, { dateStyle: "medium" });
  if (minutes < 60) return form.format(-minutes, "minute");
  return minutes < 2_880 ? form.format(-Math.round(minutes / 60), "hour") : form.format(-Math.round(minutes / 1_440), "day");
}
