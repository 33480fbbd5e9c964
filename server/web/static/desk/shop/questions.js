/** What waits for a merchant's word: orders that came twice, and orders that lack goods. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { askForm } from "../floor/form.js";
import { action, nothing, since_when, table, word } from "../floor/parts.js";
import { paged, read, tell } from "./reading.js";

const PAGE = 50;

/** @param {import("./reading.js").Page} page */
export async function questionsPage(page) {
  const asked = { lacking: true, latest: true, limit: PAGE };
  const [conflicts, lacking] = await Promise.all([read("/conflicts"), read("/orders", asked)]);
  const more = (after) => read("/orders", { ...asked, after });
  return [
    h("h1", {}, t("shop.section.questions")),
    h("h2", {}, t("shop.conflicts")),
    h("p.quiet", {}, t("shop.conflicts_text")),
    conflicts.length ? h("ul.cards", {}, conflicts.map((row) => conflictCard(page, row))) : nothing(),
    h("h2", {}, t("shop.lacking_orders")),
    h("p.quiet", {}, t("shop.lacking_text")),
    lacking.rows.length ? paged(page, lacking, more, lackingTable) : nothing(),
  ];
}

const unitsText = (rows) => rows.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(", ") || "–";

function conflictCard(page, row) {
  const is_same = unitsText(row.kept) === unitsText(row.came);
  return h("li.card", {},
    h("h3", {}, h("a", { href: `#orders/${row.order}` }, row.number), ` · ${row.channel}`),
    h("dl", {},
      h("dt", {}, t("shop.kept")), h("dd", {}, unitsText(row.kept), " · ", word("order", row.state)),
      h("dt", {}, t("shop.came_later")), h("dd", {}, is_same ? t("shop.other_address") : unitsText(row.came)),
      h("dt", {}, t("desk.opened")), h("dd", {}, since_when(row.came_at))),
    h("div.ways", {}, action(t("shop.keep_first"), () => keep(page, row), { id: `keep-${row.conflict}` })));
}

async function keep(page, row) {
  const told = await askForm(page.desk, {
    title: t("shop.keep_title", { number: row.number }),
    intro: [h("p", {}, t("shop.keep_text"))],
    fields: [{ name: "note", label: t("shop.note"), required: true, help: t("shop.no_names") }],
    go: t("shop.keep_first"),
    submit: (answers) => tell(`/conflicts/${row.conflict}/resolve`, answers),
  });
  if (told === undefined) return;
  page.desk.say(t("desk.floor.done"));
  await page.again();
}

const lackingTable = (rows) => table(t("shop.lacking_orders"), [
  { title: t("desk.order"), cell: ({ order, number }) => h("a", { href: `#orders/${order}` }, number) },
  { title: t("desk.search.channel"), cell: ({ channel }) => channel },
  { title: t("shop.units"), cell: ({ units, cancelled_units }) => units - cancelled_units, number: true },
  { title: t("desk.time.placed"), cell: ({ placed_at }) => since_when(placed_at) },
], rows);
