/** What waits for a person, worked through by keyboard: next, open, explain, resolve. */
import { h } from "../../dom.js";
import { foundText, t } from "../../say.js";
import { rowsOf } from "../calls.js";
import { actionsOf, resolveMany } from "./exception_actions.js";
import { explanationOf } from "./explanation.js";
import { action, Choice, codeText, differsText, each, nothing, sayEach, since, word } from "./parts.js";

const SUBJECTS = ["discrepancy", "task", "incident", "parked", "conflict", "evidence"];
const LOOK_S = 20;
const MOST = 300;

/** The name of a row, and the id of its element. */
const nameOf = (row) => `${row.subject}-${row.site}-${row.name}`;
const idOf = (name) => `x-${name}`;

/** The list, and beside it what is open. */
class Waiting {
  constructor(place) {
    Object.assign(this,
      { place, desk: place.desk, rows: [], open: null, subject: place.desk.words[0] ?? "" });
    this.list = h("ol.waiting", { id: "waiting", "aria-label": t("desk.floor.exceptions") });
    this.detail = h("section.detail", { id: "detail", tabindex: "-1", "aria-live": "off" });
    this.bulk = h("div.ways", {});
    this.count = h("p.quiet", { role: "status" });
    this.choice = new Choice(nameOf, () => this.drawBulk(), (row) => titleOf(row));
    const keys = place.keys;
    keys.add("j", "desk.exceptions.key.next", () => this.step(1));
    keys.add("k", "desk.exceptions.key.previous", () => this.step(-1));
    keys.add("o", "desk.exceptions.key.open", () => this.show(this.current));
    keys.add("x", "desk.exceptions.key.choose", () =>
      this.current && this.choice.toggle(nameOf(this.current)));
    keys.add("r", "desk.exceptions.key.resolve", () => this.act(0));
    keys.add("a", "desk.exceptions.key.other", () => this.act(1));
    keys.add("u", "desk.exceptions.key.refresh", () => this.desk.attempt(() => this.load()));
  }

  get body() {
    const option = (code) => h("option", { value: code, selected: code === this.subject },
      code ? word("subject", code) : t("desk.exceptions.all"));
    const choose = (event) => {
      this.subject = event.target.value;
      this.choice.set([...this.choice.names], false);
      this.desk.attempt(() => this.load());
    };
    return [
      h("div.tools", {},
        h("label", { for: "subject" }, t("desk.exceptions.show"),
          h("select", { id: "subject", onchange: choose }, ["", ...SUBJECTS].map(option))),
        h("a.button", { href: `/ops/v1/export/exceptions.csv?site=${this.place.site}`, download: "" },
          t("desk.floor.csv"))),
      this.count,
      this.bulk,
      h("div.split", {}, this.list, this.detail),
    ];
  }

  /** The row that has the focus, else the open one, else the first. */
  get current() {
    const focused = document.activeElement?.closest?.("li[data-name]")?.dataset.name;
    const named = (name) => this.rows.find((row) => nameOf(row) === name);
    return named(focused) ?? (this.open ? named(nameOf(this.open)) : null) ?? this.rows[0];
  }

  /** Read everything that waits at this site; conflicts of orders are the network's. */
  async load() {
    const { site } = this.place;
    const subject = this.subject || undefined;
    const own = subject === "conflict" ? [] : await rowsOf("/ops/v1/exceptions", { site, subject }, MOST);
    const has_conflicts = !subject || subject === "conflict";
    const conflicts = has_conflicts ? await rowsOf("/ops/v1/exceptions", { subject: "conflict" }, MOST) : [];
    if (!this.place.alive) return;
    this.rows = [...own, ...conflicts].sort((one, other) =>
      (one.due < other.due ? -1 : Number(one.due > other.due)));
    this.choice.keep(this.rows);
    this.draw();
  }

  draw() {
    const late = this.rows.filter((row) => row.overdue).length;
    this.count.textContent = this.rows.length ? t("desk.exceptions.count", { count: this.rows.length, late }) : "";
    const shown = this.rows.length ? this.rows.map((row) => this.line(row))
      : h("li.none", {}, nothing("desk.exceptions.none"));
    this.place.show(this.list, shown);
    this.drawBulk();
  }

  line(row) {
    const name = nameOf(row);
    const is_open = this.open !== null && nameOf(this.open) === name;
    return h(`li${row.overdue ? ".overdue" : ""}`, { "data-name": name },
      this.choice.box(row),
      h("button.entry",
        { id: idOf(name), type: "button", "aria-expanded": is_open, onclick: () => this.show(row) },
        h("strong", {}, titleOf(row)),
        h("span", {}, goodsOf(row)),
        h("small", {}, t("desk.exceptions.age", { ago: since(row.opened_at) }),
          row.overdue ? h("b.late", {}, ` ${t("desk.now.task_overdue")}`) : null)));
  }

  drawBulk() {
    const chosen = this.rows.filter((row) => this.choice.names.has(nameOf(row)));
    if (!chosen.length) this.place.show(this.bulk);
    else this.place.show(this.bulk,
      action(t("desk.exceptions.resolve_many", { count: chosen.length }), () => this.many(chosen)));
  }

  step(by) {
    if (!this.rows.length) return;
    const focused = document.activeElement?.closest?.("li[data-name]")?.dataset.name;
    const here = this.rows.findIndex((row) =>
      nameOf(row) === (focused ?? (this.open ? nameOf(this.open) : "")));
    const next = here < 0 ? 0 : Math.min(this.rows.length - 1, Math.max(0, here + by));
    const button = document.getElementById(idOf(nameOf(this.rows[next])));
    button.focus();
    button.scrollIntoView({ block: "nearest" });
    if (this.open) this.show(this.rows[next], false);
  }

  /** Open a row: what it is, what explains it, what can be done. */
  show(row, with_focus = true) {
    if (!row) return;
    this.open = row;
    for (const line of this.list.querySelectorAll("button.entry"))
      line.setAttribute("aria-expanded", String(line.id === idOf(nameOf(row))));
    const explained = h("div", { "aria-busy": "true" }, t("desk.floor.reading"));
    const buttons = actionsOf(row).map(({ text, run }, number) =>
      action([text, number < 2 ? h("kbd", { "aria-hidden": "true" }, "ra"[number]) : null], () =>
        this.run(run, row),
        { id: `act-${number}`, class: number ? "" : "done" }));
    this.place.show(this.detail, h("h2", {}, titleOf(row)),
      buttons.length ? h("div.ways", {}, buttons) : h("p", {}, t("desk.exceptions.by_itself")), explained);
    this.detail.setAttribute("aria-label", titleOf(row));
    if (with_focus) {
      this.detail.focus();
      this.detail.scrollIntoView({ block: "nearest" });
    }
    explanationOf(this.place, row).then(
      (told) => {
        explained.removeAttribute("aria-busy");
        this.place.show(explained, told);
      },
      (problem) => this.place.show(explained, h("p.said", {}, problem.message)),
    );
  }

  act(number) {
    const chosen = this.rows.filter((row) => this.choice.names.has(nameOf(row)));
    if (number === 0 && chosen.length) {
      this.many(chosen);
      return;
    }
    const row = this.current;
    const found = row && actionsOf(row)[number];
    if (found) this.run(found.run, row);
  }

  async run(work, row) {
    const before = this.rows.indexOf(row);
    const told = await work(this.place, row);
    if (told === undefined) return;
    this.desk.say(told?.grant?.outcome ? t("desk.exceptions.decided", { outcome: told.grant.outcome })
      : t("desk.floor.done"));
    await this.after(before);
  }

  async many(rows) {
    const told = await resolveMany(this.desk, rows, each);
    if (!told) return;
    sayEach(this.desk, told);
    this.choice.set([...this.choice.names], false);
    await this.after(0);
  }

  /** Read again, and stand on what took the place of what was resolved. */
  async after(place) {
    const was_open = this.open;
    await this.desk.attempt(() => this.load());
    const is_there = was_open && this.rows.some((row) => nameOf(row) === nameOf(was_open));
    if (!is_there) {
      this.open = null;
      this.place.show(this.detail);
    }
    const next = this.rows[Math.min(Math.max(0, place), this.rows.length - 1)];
    if (next) document.getElementById(idOf(nameOf(next)))?.focus();
  }
}

const titleOf = (row) =>
  `${word("subject", row.subject)}: ${row.subject === "parked" ? codeText(row.kind) : word(row.subject, row.kind)}`;

function goodsOf(row) {
  const item = [row.owner, foundText(row.sku)].filter(Boolean).join(" ");
  const units = row.quantity ? t("desk.units", { count: row.quantity }) : "";
  const goods = [row.place, foundText(row.unit), row.order, item, units];
  return [...goods, differsText(row)].filter(Boolean).join(" · ");
}

/** @param {import("./place.js").Place} place */
export function exceptionsPage(place) {
  const waiting = new Waiting(place);
  place.every(LOOK_S, () => waiting.load());
  return waiting.body;
}
