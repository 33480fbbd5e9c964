/** What sections are made of: words for codes, tables that stack on a phone, choices of rows. */
import { h } from "../../dom.js";
import { ago, foundText, moment, t } from "../../say.js";
import { hasText } from "../../workflow/texts.js";

/** What stands where nothing is known. */
const NONE = "–";

/** A code in words; one without a text of its own is shown as it is. */
export function word(kind, code) {
  const key = `desk.${kind}.${code}`;
  return hasText(key) ? t(key) : String(code ?? "").replaceAll("_", " ");
}

/** Why something was not simply applied, in words. */
export function codeText(code) {
  const key = `app.code.${code}`;
  return hasText(key) ? t(key) : String(code ?? "").replaceAll("_", " ");
}

/** What becomes of it, in words. */
export function thenText(then) {
  const key = `app.then.${String(then ?? "").toLowerCase().replace(/[^a-z]+/g, "_")}`;
  return hasText(key) ? t(key) : String(then ?? "");
}

/** A place in words where it stands for the world outside. */
export const placeText = (code) => (isOutside(code) ? t(outsideKey(code)) : code);

const outsideKey = (code) => `desk.outside.${code.replaceAll(" ", "_")}`;
const isOutside = (code) => hasText(outsideKey(code));

/** A time of the API as people write it. */
export const when = (text) => (text ? moment(Date.parse(text)) : NONE);

/** How long ago a time of the API was. */
export const since = (text) => (text ? ago(Date.parse(text)) : NONE);

/** A time with how long ago it was. */
export const since_when = (text) =>
  (text ? h("time", { datetime: text, title: when(text) }, since(text)) : NONE);

/** A link to all that is known of a code; what stands for the world outside is only a word. */
export function codeLink(code) {
  if (!code) return null;
  return isOutside(code) ? placeText(code) : h("a", { href: `#search/${encodeURIComponent(code)}` }, code);
}

/** Nothing to see, said. */
export const nothing = (key = "desk.floor.nothing") => h("p.quiet", {}, t(key));

/**
 * A table that scrolls where it is too wide; below 48 rem every row is a card with its titles inside.
 * @param {string} label What the rows are.
 * @param {{title: string, cell: (row: Object) => *, number?: boolean}[]} columns
 * @param {Object[]} rows
 * @param {Choice} [choice] Rows that may be chosen.
 */
export function table(label, columns, rows, choice = null) {
  if (!rows.length) return nothing();
  const cell = (row) => (column) => {
    const shown = column.cell(row);
    const marks = `${column.number ? ".number" : ""}${shown === NONE ? ".none" : ""}`;
    return h(`td${marks}`, { role: "cell", "data-title": column.title }, shown);
  };
  const head = columns.map((each) =>
    h(`th${each.number ? ".number" : ""}`, { role: "columnheader", scope: "col" }, each.title));
  const first = choice ? [h("th", { role: "columnheader", scope: "col" }, choice.all(rows))] : [];
  const line = (row) =>
    h("tr", { role: "row" }, choice ? h("td.choice", { role: "cell" }, choice.box(row))
      : null, columns.map(cell(row)));
  return h("div.scroll", {},
    h("table.stack", { role: "table", "aria-label": label },
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, first, head)),
      h("tbody", { role: "rowgroup" }, rows.map(line))));
}

/** Rows that somebody chose, by their names; kept when the rows are drawn again. */
export class Choice {
  #boxes = new Map();

  /**
   * @param {(row: Object) => string|number} name
   * @param {() => void} changed
   * @param {(row: Object) => string|number} [label]
   */
  constructor(name, changed, label = name) {
    Object.assign(this, { name, changed, label, names: new Set() });
  }

  /** The box of one row. */
  box(row) {
    const name = this.name(row);
    const toggle = (event) => this.set([name], event.target.checked);
    const input = h("input", {
      ...{ type: "checkbox", id: `choose-${name}`, checked: this.names.has(name), onchange: toggle },
      "aria-label": t("desk.floor.choose", { name: this.label(row) }),
    });
    this.#boxes.set(name, input);
    return h("label.box", { for: `choose-${name}` }, input);
  }

  /** The box for all rows. */
  all(rows) {
    const names = rows.map(this.name);
    const toggle = (event) => this.set(names, event.target.checked);
    const checked = names.length > 0 && names.every((name) => this.names.has(name));
    return h("label.box", {},
      h("input", {
        ...{ type: "checkbox", id: "choose-all", checked, onchange: toggle },
        "aria-label": t("desk.floor.choose_all"),
      }));
  }

  /** Choose rows, or not. */
  set(names, is_chosen) {
    for (const name of names) {
      if (is_chosen) this.names.add(name);
      else this.names.delete(name);
      const box = this.#boxes.get(name);
      if (box) box.checked = is_chosen;
    }
    this.changed();
  }

  /** Choose what was not chosen. */
  toggle(name) {
    this.set([name], !this.names.has(name));
  }

  /** Forget what is not there any more. */
  keep(rows) {
    const there = new Set(rows.map(this.name));
    for (const name of this.names) if (!there.has(name)) this.names.delete(name);
  }
}

/** What was expected and what was found, as far as it was told. */
export function differsText({ expected, actual }) {
  const found = foundText(actual);
  return expected ? t("desk.exceptions.differs", { expected: foundText(expected), actual: found }) : found;
}

/** A button that does something. */
export const action = (text, onclick, given = {}) => h("button", { type: "button", onclick, ...given }, text);

/** Facts as titles and values; empty ones are left out. */
export function facts(pairs) {
  const told = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return h("dl", {}, told.map(([title, value]) => [h("dt", {}, title), h("dd", {}, value)]));
}

/** Several calls one after the other: how many went well, and why others did not. */
export async function each(items, call) {
  const refused = [];
  for (const item of items) {
    try {
      await call(item);
    } catch (problem) {
      if (problem.status === 401) throw problem;
      refused.push(problem.message);
    }
  }
  return { done: items.length - refused.length, refused };
}

/** Say what several calls came to. */
export function sayEach(desk, { done, refused }) {
  if (!refused.length) desk.say(t("desk.floor.each_done", { count: done }));
  else desk.say(t("desk.floor.each_refused", { count: done, refused: refused.length, why: refused[0] }),
    "error");
}
