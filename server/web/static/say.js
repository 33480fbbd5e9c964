/** What pages say, in the person's language: operators' texts by their keys, those of pages by theirs. */
import { say as filled, sayPacks, setTexts } from "./workflow/texts.js";

export const LANGUAGES = { en: "English", zh: "中文", de: "Deutsch" };

let language = "en";

/** Begin with the texts of operators and pages. */
export function setLanguages(texts, pages) {
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

/** A moment as people write it. @param {number} ms Since 1970 UTC. */
export const moment = (ms, how = { dateStyle: "short", timeStyle: "short" }) =>
  new Intl.DateTimeFormat(language, how).format(new Date(ms));

/** How long ago something was. */
export function ago(ms, now = Date.now()) {
  const minutes = Math.max(0, Math.round((now - ms) / 60_000));
  const form = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  if (minutes < 60) return form.format(-minutes, "minute");
  return minutes < 2_880 ? form.format(-Math.round(minutes / 60), "hour") : form.format(-Math.round(minutes / 1_440), "day");
}
