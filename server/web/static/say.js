/** What pages say, in the person's language: operators' texts by their keys, those of pages by theirs. */
import { say as filled, sayPacks, setTexts } from "./workflow/texts.js";

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

/** Ids of a site begin behind this number, which nobody needs to read. */
const IDS_OF_SITE = 1_000_000;

/** An id as people say it. @param {number} id */
export const shortId = (id) => (id > IDS_OF_SITE ? id - IDS_OF_SITE : id);

/** How long ago something was. */
export function ago(ms, now = Date.now()) {
  const minutes = Math.max(0, Math.round((now - ms) / 60_000));
  const form = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  if (minutes < 60) return form.format(-minutes, "minute");
  return minutes < 2_880 ? form.format(-Math.round(minutes / 60), "hour") : form.format(-Math.round(minutes / 1_440), "day");
}
