/** The first page of a merchant: what waits, what runs out, and where the orders of four weeks stand. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { bars } from "../floor/charts.js";
import { word } from "../floor/parts.js";
import { expiringList, lowList } from "./outlook.js";
import { figure, freshnessLines, fresh, read, siteNames } from "./reading.js";

const DAYS = 28;
const MOST = 200;
const DAY_MS = 86_400_000;
/** States in the order of production, with how they look. */
export const STATES = [
  ["open", "rest"], ["exception", "bad"], ["released", "warn"], ["picked", "warn"], ["packed", "warn"],
  ["loaded", "done"], ["delivered", "done"], ["returned", "rest"], ["cancelled", "rest"], ["closed", "rest"],
];

/** @param {import("./reading.js").Page} page */
export async function homePage(page) {
  const placed_from = new Date(Date.now() - DAYS * DAY_MS).toISOString();
  const [states, conflicts, lacking, low, expiring, parcels, stock, names] = await Promise.all([
    read("/orders/states", { placed_from }),
    read("/conflicts"),
    read("/orders", { lacking: true, limit: MOST }),
    read("/stock/low"),
    read("/stock/expiring"),
    read("/parcels", { limit: MOST }),
    fresh("/stock/items", { limit: 1 }),
    siteNames(),
  ]);
  const questions = conflicts.length + lacking.rows.length;
  const warnings = low.length + expiring.length;
  const counted = (rows, next) => `${rows}${next ? "+" : ""}`;
  return [
    h("h1", {}, t("shop.section.home")),
    h("ul.cards.figures", {},
      figure("#questions", counted(questions, lacking.next), t("shop.figure.questions"), questions > 0),
      figure("#warnings", warnings, t("shop.figure.warnings"), warnings > 0),
      figure("#parcels", counted(parcels.rows.length, parcels.next), t("shop.figure.parcels"))),
    ordersChart(states, t("shop.orders_chart", { days: DAYS }), t("shop.no_orders_lately", { days: DAYS })),
    low.length ? [h("h2", {}, t("shop.low")), lowList(low.slice(0, 5), names)] : null,
    expiring.length ? [h("h2", {}, t("shop.expiring")), expiringList(expiring.slice(0, 5), names)] : null,
    h("h2", {}, t("shop.fresh")),
    freshnessLines(stock.as_of, stock.told.freshness, names),
    page.desk.person.owner ? h("p.quiet", {}, t("shop.owner", { code: page.desk.person.owner })) : null,
  ];
}

/** Orders by state as bars, each leading to its orders. */
export function ordersChart(states, label = t("shop.orders_all"), none = t("shop.no_orders")) {
  const rows = STATES.filter(([state]) => states[state]).map(([state, tone]) => ({
    name: h("a", { href: `#orders/state/${state}` }, word("order", state)),
    parts: [{ tone, count: states[state], text: `${word("order", state)}: ${states[state]}` }],
  }));
  return rows.length ? bars(label, rows) : h("p.quiet", {}, none);
}
