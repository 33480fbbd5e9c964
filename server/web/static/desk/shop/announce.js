/** Announcing a delivery: lines are scanned or typed, and sent under a number of the merchant's own. */
import { h, replace } from "../../dom.js";
import { t } from "../../say.js";
import { problemText } from "../floor/form.js";
import { action } from "../floor/parts.js";
import { maybe, siteNames, tell } from "./reading.js";
import { cameraButton, hear } from "./scanner.js";

const QUANTITY_MAX = 1_000_000;

/** @param {import("./reading.js").Page} page */
export async function announcePage(page) {
  const names = await siteNames();
  const lines = new Lines();
  const heard = h("p", { role: "status" });
  const said = h("p.said", { role: "alert" });
  const field = (name, label, given = {}) => [
    h("label", { for: name }, label),
    h("input", { id: name, autocomplete: "off", maxlength: 60, ...given }),
  ];
  const option = ([number, name]) => h("option", { value: number }, name);
  const site = h("select", { id: "site" }, [...names].map(option));
  const button = h("button.big", { type: "submit" }, t("shop.announce_send"));
  const valueOf = (name) => form.querySelector(`#${name}`).value.trim();
  const submit = async (event) => {
    event.preventDefault();
    said.textContent = "";
    const told = lines.told();
    if (!told.length) {
      said.textContent = t("shop.announce_no_lines");
      return;
    }
    button.disabled = true;
    const body = {
      ...{ number: valueOf("number"), site: Number(site.value), lines: told, supplier: valueOf("supplier") },
      ...{ expected_on: valueOf("expected_on"), cross_dock: form.querySelector("#cross_dock").checked },
    };
    try {
      const { grant } = await tell("/announcements", body);
      page.desk.say(t("shop.announced_done", { number: body.number }));
      page.desk.go("deliveries", String(body.site), String(grant.announcement));
    } catch (problem) {
      if (problem.status === 401) page.desk.signedOut();
      said.textContent = problemText(problem);
      button.disabled = false;
    }
  };
  const scanned = async (text) => {
    const found = await page.desk.attempt(() => maybe("/items", { search: text.slice(0, 64), limit: 2 }));
    if (!page.is_open || found === undefined) return;
    const [item, other] = found?.rows ?? [];
    const is_one = item && !other;
    const code = text.slice(0, 40);
    const unclear = () =>
      (item ? t("shop.announce_several", { code }) : t("shop.announce_unknown", { code }));
    heard.textContent = is_one ? lines.count(item) : unclear();
    heard.className = is_one ? "feedback ok" : "feedback error";
  };
  const form = h("form.announce", { onsubmit: submit },
    field("number", t("shop.announce_number"), { required: true }),
    h("label", { for: "site" }, t("desk.floor.site")), site,
    field("supplier", t("shop.supplier")),
    field("expected_on", t("shop.expected_on"), { type: "date" }),
    h("h2", {}, t("shop.announced_lines")),
    h("p.quiet", {}, t("shop.announce_text")),
    heard,
    lines.box,
    h("div.ways", {},
      action(t("shop.add_line"), () => lines.add(), { id: "add-line" }),
      cameraButton(page, scanned)),
    h("label.check", { for: "cross_dock" },
      h("input", { type: "checkbox", id: "cross_dock" }), t("shop.cross_dock")),
    said,
    button);
  page.leaving.splice(0).forEach((each) => each());
  hear(page, scanned);
  return [h("h1", {}, t("shop.announce")), form];
}

/** The lines that are announced; the same item scanned again is one more of it. */
class Lines {
  #rows = [];
  #next = 1;

  constructor() {
    this.box = h("ul.announced", {});
    this.add();
  }

  /** A line more, empty if nothing is given. */
  add(sku = "", quantity = "") {
    const number = this.#next++;
    const row = {
      sku: h("input", {
        ...{ id: `sku-${number}`, value: sku, required: true, maxlength: 64, autocomplete: "off" },
      }),
      quantity: h("input", {
        ...{ id: `quantity-${number}`, type: "number", inputmode: "numeric", value: quantity },
        ...{ required: true, min: 1, max: QUANTITY_MAX, step: 1 },
      }),
      lot: h("input", { id: `lot-${number}`, maxlength: 20, autocomplete: "off" }),
    };
    const remove = () => {
      this.#rows = this.#rows.filter((each) => each !== row);
      this.#draw();
      document.getElementById("add-line")?.focus();
    };
    row.element = h("li.card", {},
      h("div", {}, h("label", { for: row.sku.id }, t("desk.sku")), row.sku),
      h("div", {}, h("label", { for: row.quantity.id }, t("desk.quantity")), row.quantity),
      h("div", {}, h("label", { for: row.lot.id }, t("desk.lot")), row.lot),
      action(t("shop.remove"), remove, { "aria-label": t("shop.remove_line", { number }) }));
    this.#rows.push(row);
    this.#draw();
    row.sku.focus();
    return row;
  }

  /** One unit more of an item that was scanned; says so. */
  count({ sku }) {
    const same = this.#rows.find((row) => row.sku.value.trim() === sku && !row.lot.value.trim());
    const row = same ?? this.#empty() ?? this.add();
    row.sku.value = sku;
    row.quantity.value = String((Number(row.quantity.value) || 0) + 1);
    return t("shop.announce_counted", { item: sku, count: row.quantity.value });
  }

  /** What is said of them. */
  told() {
    return this.#rows.map(({ sku, quantity, lot }) => ({
      ...{ sku: sku.value.trim(), quantity: Number(quantity.value), lot: lot.value.trim() },
    }));
  }

  #empty() {
    return this.#rows.find(({ sku, quantity }) => !sku.value.trim() && !quantity.value);
  }

  #draw() {
    replace(this.box, this.#rows.map(({ element }) => element));
  }
}
