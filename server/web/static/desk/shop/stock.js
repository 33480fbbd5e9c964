/** Stock of a merchant: found by a scan or by words, by site, channel and condition. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { nothing, table, word } from "../floor/parts.js";
import { itemView } from "./item.js";
import { fresh, freshnessLines, maybe, paged, read, siteNames } from "./reading.js";
import { cameraButton, hear } from "./scanner.js";
import { traceView } from "./trace.js";

const PAGE = 50;

/** @param {import("./reading.js").Page} page */
export async function stockPage(page) {
  const code = page.words[0] ?? "";
  const scanned = (text) => text && page.desk.go("stock", text);
  const body = code ? await lookUp(page, code) : await everything(page);
  page.leaving.splice(0).forEach((each) => each());
  hear(page, scanned);
  return [searchForm(page, code, scanned), body];
}

/** A reader that types into the field ends with Enter, which searches; words are typed there as well. */
function searchForm(page, code, scanned) {
  const input = h("input", {
    ...{ id: "code", type: "search", autocomplete: "off", maxlength: 64, value: code },
    enterkeyhint: "search", "aria-describedby": "code-help",
  });
  const submit = (event) => {
    event.preventDefault();
    if (input.value.trim()) scanned(input.value.trim());
    else page.desk.go("stock");
  };
  return h("form.tools.finder", { role: "search", onsubmit: submit },
    h("label.wide", { for: "code" }, t("shop.search"), input),
    h("button.done", { type: "submit" }, t("desk.search.go")),
    cameraButton(page, scanned),
    h("p.quiet", { id: "code-help" }, t("shop.search_text")));
}

/** All items in the house, those of one condition below each other. */
async function everything(page) {
  const [{ told, as_of }, names] = await Promise.all([fresh("/stock/items", { limit: PAGE }), siteNames()]);
  const draw = (rows) => stockTable(rows, names);
  const more = (after) => read("/stock/items", { limit: PAGE, after });
  return [
    h("h1", {}, t("shop.section.stock")),
    told.rows.length ? paged(page, told, more, draw) : nothing("shop.no_stock"),
    h("h2", {}, t("shop.fresh")),
    freshnessLines(as_of, told.freshness, names),
  ];
}

/** Stock by site, item and condition. */
const stockTable = (rows, names) => table(t("shop.section.stock"), [
  { title: t("desk.sku"), cell: ({ sku, description }) =>
    h("span", {}, h("a", { href: `#stock/${encodeURIComponent(sku)}` }, sku), " ", description) },
  { title: t("desk.floor.site"), cell: ({ site }) => names.get(site) ?? site },
  { title: t("desk.condition"), cell: ({ condition }) => word("condition", condition) },
  { title: t("shop.available"), cell: ({ available }) => h("strong", {}, String(available)), number: true },
  { title: t("shop.on_hand"), cell: ({ on_hand }) => on_hand, number: true },
], rows);

/** What a code or some words mean: an item, several, or something that has a story. */
async function lookUp(page, code) {
  const found = await maybe("/items", { search: code.slice(0, 64), limit: PAGE });
  const rows = found?.rows ?? [];
  const exact = rows.find(({ sku, codes }) => sku === code || codes.includes(code));
  const item = exact ?? (rows.length === 1 ? rows[0] : null);
  if (item) return itemView(page, item);
  if (rows.length) return several(rows);
  return traceView(page, code);
}

const several = (rows) => [
  h("h1", {}, t("shop.which")),
  h("ul.lines", {}, rows.map(({ sku, description }) =>
    h("li", {},
      h("a.row", { href: `#stock/${encodeURIComponent(sku)}` }, h("strong", {}, sku), ` ${description}`)))),
];
