/** How a merchant's pages are read and drawn: one read at a time, always with how fresh it is. */
import { h, replace } from "../../dom.js";
import { ago, t } from "../../say.js";
import { hasText } from "../../workflow/texts.js";
import { ask } from "../calls.js";
import { action, when } from "../floor/parts.js";

export const API = "/merchant/v1";

/**
 * What a section draws with.
 * @typedef {Object} Page
 * @property {Object} desk
 * @property {string[]} words Of the address, behind the section's name.
 * @property {() => Promise<void>} again Read and draw it again.
 * @property {(() => void)[]} leaving What is done when it is left.
 */

/**
 * A section that reads before it draws.
 * @param {string} name
 * @param {(page: Page) => Promise<Node[]>} draw
 */
export function section(name, draw) {
  const opened = (desk) => {
    const body = h("div.shop", {}, h("p.quiet", { role: "status" }, t("desk.floor.reading")));
    const page = { desk, words: desk.words, leaving: [], is_open: true };
    const leave = () => page.leaving.splice(0).forEach((each) => each());
    page.again = async () => {
      let told;
      try {
        told = await draw(page);
      } catch (problem) {
        if (problem.status === 401 && page.is_open) desk.signedOut();
        told = failed(problem, page);
      }
      if (page.is_open) replace(body, told);
      else leave();
    };
    page.again();
    // Where the bar is narrower than its sections, the one that is open is in sight.
    queueMicrotask(() => {
      document.getElementById(`section-${name}`)?.scrollIntoView({ block: "nearest", inline: "center" });
    });
    const left = () => {
      page.is_open = false;
      leave();
    };
    return { body, leave: left };
  };
  return { name, title: `shop.section.${name}`, draw: opened };
}

const reasonOf = (problem) => (problem.status ? problem.message : t("app.problem.unreachable"));

const failed = (problem, page) => [
  h("h1", {}, t("shop.failed")),
  h("p.said", { role: "alert" }, problem.status === 404 ? t("shop.not_there") : reasonOf(problem)),
  h("div.ways", {}, action(t("shop.again"), page.again)),
];

/** Read something of this merchant. */
export const read = (address, query = {}) => ask(`${API}${address}`, { query });

/** Read something; null where there is no such thing. */
export async function maybe(address, query = {}) {
  try {
    return await read(address, query);
  } catch (problem) {
    if (problem.status === 404 || problem.status === 422) return null;
    throw problem;
  }
}

/** Read something, with the time up to which everything recorded is surely in it. */
export async function fresh(address, query = {}) {
  const response = await ask(`${API}${address}`, { query, raw: true });
  return { told: await response.json(), as_of: response.headers.get("totebook-as-of") };
}

/** Say something to the warehouse; a refusal comes in the reader's language where it has words. */
export async function tell(address, body = {}) {
  try {
    return await ask(`${API}${address}`, { method: "POST", body });
  } catch (problem) {
    const key = `shop.reason.${problem.reason || problem.code}`;
    const fields = { actual: problem.actual ?? "", expected: problem.expected ?? "" };
    if (hasText(key)) problem.message = t(key, fields);
    throw problem;
  }
}

/** Names of sites by their number. */
export async function siteNames() {
  const rows = await read("/sites");
  return new Map(rows.map(({ site, code, name }) => [site, name || code]));
}

/**
 * How fresh stock is: handhelds work offline, so each site is known up to what its slowest device told.
 * @param {string|null} as_of
 * @param {Object[]} freshness
 * @param {Map<number, string>} names
 */
export function freshnessLines(as_of, freshness, names) {
  const line = ({ site, known_until, devices, silent }) => {
    const told = () => ({ time: when(known_until), ago: ago(Date.parse(known_until)) });
    const until = known_until ? t("shop.known_until", told()) : t("shop.known_never");
    const text = devices ? until : t("shop.no_devices");
    return h("li", {}, h("strong", {}, names.get(site) ?? String(site)), `: ${text}`,
      silent ? ` ${t("shop.silent", { count: silent })}` : "");
  };
  return h("section.fresh", { "aria-label": t("shop.fresh") },
    as_of ? h("p", {}, t("shop.as_of", { time: when(as_of) })) : null,
    h("ul", {}, freshness.map(line)));
}

/** A figure that leads on. */
export const figure = (href, count, text, is_bad = false) =>
  h("li.card", {},
    h("a", { href, class: is_bad ? "bad" : null }, h("strong", {}, String(count)), h("span", {}, text)));

/** Rows that come in pages, and a button for more of them. @param {(rows: Object[]) => Node} draw */
export function paged(page, first, more, draw) {
  const box = h("div", {}, draw(first.rows));
  let { next } = first;
  const button = action(t("desk.floor.more"), async () => {
    const told = await page.desk.attempt(() => more(next));
    if (!told) return;
    box.append(draw(told.rows));
    next = told.next;
    if (!next) button.remove();
  });
  return [box, next ? h("div.ways", {}, button) : null];
}
