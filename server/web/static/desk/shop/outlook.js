/** What a merchant should look at before it is too late: what runs low, what expires. */
import { h } from "../../dom.js";
import { locale, t } from "../../say.js";
import { nothing, table } from "../floor/parts.js";
import { bars } from "../floor/charts.js";
import { read, siteNames } from "./reading.js";

const link = (sku) => h("a", { href: `#stock/${encodeURIComponent(sku)}` }, sku);

const day = (text) =>
  new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeZone: "UTC" })
    .format(new Date(`${text}T00:00:00Z`));

function lastsText({ lacking, days_left }) {
  if (lacking) return t("shop.lacking", { count: lacking });
  return days_left === null ? "–" : t("shop.days", { count: days_left });
}

/** Items that run low. @param {Object[]} rows @param {Map<number, string>} names */
export const lowList = (rows, names) => table(t("shop.low"), [
  { title: t("desk.sku"), cell: ({ sku, description }) => h("span", {}, link(sku), " ", description) },
  { title: t("desk.floor.site"), cell: ({ site }) => names.get(site) ?? site },
  { title: t("shop.lasts"), cell: (row) =>
    h(row.lacking || row.days_left === 0 ? "strong.late" : "span", {}, lastsText(row)) },
  { title: t("shop.available"), cell: ({ available }) => available, number: true },
  { title: t("shop.ordered"), cell: ({ ordered }) => ordered, number: true },
], rows);

/** Lots that expire. @param {Object[]} rows @param {Map<number, string>} names */
export const expiringList = (rows, names) => table(t("shop.expiring"), [
  { title: t("desk.sku"), cell: ({ sku, description }) => h("span", {}, link(sku), " ", description) },
  { title: t("desk.floor.site"), cell: ({ site }) => names.get(site) ?? site },
  { title: t("desk.lot"), cell: ({ lot }) => lot },
  { title: t("shop.expiry"), cell: ({ expiry, days_left }) =>
    h(days_left < 0 ? "strong.late" : "span", {}, day(expiry), " · ",
      days_left < 0 ? t("shop.expired") : t("shop.days", { count: days_left })) },
  { title: t("desk.quantity"), cell: ({ on_hand }) => on_hand, number: true },
], rows);

/** All warnings, with how long each item lasts as a picture. */
export async function warningsPage() {
  const [low, expiring, names] =
    await Promise.all([read("/stock/low"), read("/stock/expiring"), siteNames()]);
  const lasting = low.filter(({ days_left }) => days_left > 0).slice(0, 12);
  const part = (count) => ({ tone: count < 3 ? "bad" : "warn", count, text: t("shop.days", { count }) });
  const rows = lasting.map(({ sku, days_left }) => ({ name: link(sku), parts: [part(days_left)] }));
  return [
    h("h1", {}, t("shop.section.warnings")),
    h("h2", {}, t("shop.low")),
    h("p.quiet", {}, t("shop.low_text")),
    rows.length ? bars(t("shop.lasts_chart"), rows) : null,
    low.length ? lowList(low, names) : nothing("shop.nothing_low"),
    h("h2", {}, t("shop.expiring")),
    expiring.length ? expiringList(expiring, names) : nothing("shop.nothing_expires"),
  ];
}
