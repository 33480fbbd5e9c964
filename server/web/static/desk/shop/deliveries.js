/** Deliveries that a merchant announced, and what came of them. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { progress } from "../floor/charts.js";
import { facts, nothing, table, when, word } from "../floor/parts.js";
import { announcePage } from "./announce.js";
import { paged, read, siteNames } from "./reading.js";

const PAGE = 50;

/** `#deliveries`, `#deliveries/new`, or one: `#deliveries/1/1000042`. */
export async function deliveriesPage(page) {
  const [first = "", second = ""] = page.words;
  if (first === "new") return announcePage(page);
  if (second) return deliveryPage(first, second);
  const [rows, names] = await Promise.all([read("/announcements", { limit: PAGE }), siteNames()]);
  const more = (after) => read("/announcements", { limit: PAGE, after });
  return [
    h("h1", {}, t("shop.section.deliveries")),
    h("div.ways", {}, h("a.button", { id: "announce", href: "#deliveries/new" }, t("shop.announce"))),
    rows.rows.length ? paged(page, rows, more, (each) => cards(each, names)) : nothing("shop.no_deliveries"),
  ];
}

const cards = (rows, names) => h("ul.cards", {}, rows.map((row) =>
  h("li.card", {},
    h("h2", {}, h("a", { href: `#deliveries/${row.site}/${row.announcement}` }, row.number)),
    figures(row, names))));

const figures = (row, names) => [
  progress(Math.min(row.announced, row.received), row.announced),
  h("p", {}, t("shop.came", { received: row.received, announced: row.announced })),
  facts([
    [t("desk.state"), word("announcement", row.state)],
    [t("desk.floor.site"), names.get(row.site) ?? String(row.site)],
    [t("shop.supplier"), row.supplier],
    [t("shop.expected_on"), row.expected_on],
    [t("desk.search.missing"), row.missing ? String(row.missing) : ""],
    [t("shop.over"), row.over ? h("strong.late", {}, String(row.over)) : ""],
    [t("shop.damaged"), row.damaged ? h("strong.late", {}, String(row.damaged)) : ""],
    [t("shop.arrived"), row.arrived_at ? when(row.arrived_at) : ""],
  ]),
];

async function deliveryPage(site, number) {
  const [{ receipt, lines, received }, names] = await Promise.all([
    read(`/sites/${encodeURIComponent(site)}/announcements/${encodeURIComponent(number)}`),
    siteNames(),
  ]);
  return [
    h("h1", {}, t("shop.delivery", { number: receipt.number })),
    figures(receipt, names),
    h("h2", {}, t("shop.announced_lines")),
    table(t("shop.announced_lines"), [
      { title: t("desk.sku"), cell: ({ sku, description }) =>
        h("span", {}, h("a", { href: `#stock/${encodeURIComponent(sku)}` }, sku), ` ${description}`) },
      { title: t("desk.lot"), cell: ({ lot, serial }) => [lot, serial].filter(Boolean).join(" · ") },
      { title: t("shop.announced"), cell: ({ announced }) => announced, number: true },
      { title: t("shop.received"), cell: (row) => row.received, number: true },
      { title: t("desk.search.missing"), cell: ({ missing }) => missing || "", number: true },
      { title: t("shop.over"), cell: ({ over }) => over || "", number: true },
    ], lines),
    received.length ? [h("h2", {}, t("shop.received_goods")), table(t("shop.received_goods"), [
      { title: t("desk.sku"), cell: ({ sku, raw }) => sku || raw },
      { title: t("desk.lot"), cell: ({ lot }) => lot },
      { title: t("desk.condition"), cell: ({ condition }) => word("condition", condition) },
      { title: t("desk.quantity"), cell: ({ quantity }) => quantity, number: true },
    ], received)] : null,
  ];
}
