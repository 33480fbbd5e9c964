/** One item of a merchant: how much of it is where, in what condition, and who sells it. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { bars } from "../floor/charts.js";
import { askForm } from "../floor/form.js";
import { action, nothing, table, word } from "../floor/parts.js";
import { expiringList, lowList } from "./outlook.js";
import { fresh, freshnessLines, paged, read, siteNames, tell } from "./reading.js";
import { traceView } from "./trace.js";

const PAGE = 50;
const LEGEND = () => [
  { tone: "done", text: t("shop.available") },
  { tone: "warn", text: t("shop.spoken_for") },
  { tone: "bad", text: t("shop.not_for_sale") },
];

/** @param {import("./reading.js").Page} page @param {Object} item A row of the catalog. */
export async function itemView(page, item) {
  const asked = { item: item.sku };
  const [stock, places, channels, low, expiring, names] = await Promise.all([
    fresh("/stock/items", { ...asked, limit: 200 }),
    read("/stock", { ...asked, limit: PAGE }),
    read("/stock/channels", asked),
    read("/stock/low"),
    read("/stock/expiring"),
    siteNames(),
  ]);
  // The filter takes barcodes too, and a code may belong to several items.
  const own = ({ sku }) => sku === item.sku;
  const rows = stock.told.rows.filter(own);
  const warned = { low: low.filter(own), expiring: expiring.filter(own) };
  return [
    h("h1", {}, `${item.sku} ${item.description}`),
    item.codes.length ? h("p.quiet", {}, item.codes.join(" · ")) : null,
    warned.low.length ? [h("h2.late", {}, t("shop.low")), lowList(warned.low, names)] : null,
    warned.expiring.length
      ? [h("h2.late", {}, t("shop.expiring")), expiringList(warned.expiring, names)]
      : null,
    rows.length ? [siteChart(rows, names), conditions(rows, names)] : nothing("shop.no_stock"),
    freshnessLines(stock.as_of, stock.told.freshness, names),
    channelChart(channels.rows.filter(own), names),
    placesView(page, places, names),
    story(page, item.sku),
  ];
}

/** Per site: what may be sold, what orders have, what is held or not good. */
function siteChart(rows, names) {
  const sites = [...new Set(rows.map(({ site }) => site))];
  const part = (tone, count, text) => ({ tone, count, text: `${text}: ${count}` });
  return bars(t("shop.by_site"), sites.map((site) => {
    const here = rows.filter((row) => row.site === site);
    const sum = (choose) => here.reduce((whole, row) => whole + Math.max(0, choose(row)), 0);
    const sold = sum(({ available }) => available);
    const taken = sum(({ allocated, promised }) => allocated + promised);
    const all = sum(({ on_hand }) => on_hand);
    return { name: names.get(site) ?? String(site), parts: [
      part("done", sold, t("shop.available")),
      part("warn", taken, t("shop.spoken_for")),
      part("bad", Math.max(0, all - sold - taken), t("shop.not_for_sale")),
    ] };
  }), LEGEND());
}

const conditions = (rows, names) => table(t("shop.by_condition"), [
  { title: t("desk.floor.site"), cell: ({ site }) => names.get(site) ?? site },
  { title: t("desk.condition"), cell: ({ condition }) => word("condition", condition) },
  { title: t("shop.on_hand"), cell: ({ on_hand }) => on_hand, number: true },
  { title: t("shop.allocated"), cell: ({ allocated }) => allocated, number: true },
  { title: t("shop.promised"), cell: ({ promised }) => promised, number: true },
  { title: t("shop.held"), cell: ({ held }) => held, number: true },
  { title: t("shop.available"), cell: ({ available }) => h("strong", {}, String(available)), number: true },
], rows);

function channelChart(rows, names) {
  const shown = rows.map(({ site, channel, orders, ordered }) => ({
    name: `${channel} · ${names.get(site) ?? site}`,
    parts: [{ tone: "warn", count: ordered, text: t("shop.channel_units", { units: ordered, orders }) }],
    note: t("shop.channel_orders", { count: orders }),
  }));
  return [
    h("h2", {}, t("shop.by_channel")),
    shown.length ? bars(t("shop.channel_chart"), shown) : nothing("shop.no_channel"),
    h("p.quiet", {}, t("shop.one_pool")),
  ];
}

function placesView(page, first, names) {
  const give = (row) => action(t("shop.give.button"), () => giveAway(page, row), {
    id: `give-${row.site}-${row.place}-${row.stock}`,
    "aria-label": t("shop.give.label", { item: row.sku, place: row.place }),
  });
  const columns = [
    { title: t("desk.place"), cell: ({ site, place }) => `${names.get(site) ?? site} · ${place}` },
    { title: t("desk.lot"), cell: ({ lot }) => lot },
    { title: t("desk.serial"), cell: ({ serial }) => serial },
    { title: t("desk.condition"), cell: ({ condition }) => word("condition", condition) },
    { title: t("shop.on_hand"), cell: ({ on_hand }) => on_hand, number: true },
    { title: t("shop.available"), cell: ({ available }) => available, number: true },
    { title: "", cell: give },
  ];
  const draw = (rows) => table(t("shop.by_place"), columns, rows);
  const more = (after) => read("/stock", { item: page.words[0], limit: PAGE, after });
  return h("details", {}, h("summary", {}, t("shop.by_place")), paged(page, first, more, draw));
}

/** Goods get another owner where they stand. */
async function giveAway(page, row) {
  const free = Math.max(0, row.on_hand - row.allocated);
  const submit = ({ quantity, owner, item }) =>
    tell(`/sites/${row.site}/stock/give`, { place: row.place, stock: row.stock, quantity, owner, item });
  const told = await askForm(page.desk, {
    title: t("shop.give.title", { item: row.sku, place: row.place }),
    intro: [h("p", {}, t("shop.give.text", { free }))],
    fields: [
      {
        ...{ name: "quantity", label: t("desk.quantity"), kind: "number", required: true },
        ...{ value: free, given: { min: 1, max: free } },
      },
      { name: "owner", label: t("shop.give.owner"), required: true },
      { name: "item", label: t("shop.give.item"), required: true },
    ],
    go: t("shop.give.go"),
    submit,
  });
  if (told === undefined) return;
  page.desk.say(t("shop.give.done"));
  await page.again();
}

function story(page, sku) {
  const box = h("div", {});
  let is_read = false;
  const open = async () => {
    if (is_read) return;
    is_read = true;
    const told = await page.desk.attempt(() => traceView(page, sku, { kind: "item", item: sku }));
    // Below the item's own heading.
    if (told) box.replaceChildren(...told.slice(2).flat(5).filter(Boolean));
  };
  return h("details", { ontoggle: open }, h("summary", {}, t("shop.story")), box);
}
