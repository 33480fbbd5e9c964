/** One order of a merchant: where it stands in production, its lines, parcels and proofs. */
import { h, svg } from "../../dom.js";
import { amountText } from "../../money.js";
import { t } from "../../say.js";
import { askForm } from "../floor/form.js";
import { action, facts, table, when, word } from "../floor/parts.js";
import { parcelCards } from "./parcels.js";
import { proofView } from "./proof.js";
import { maybe, read, tell } from "./reading.js";

const STEPS = ["placed", "released", "picked", "packed", "loaded", "delivered"];
const IN_THE_HOUSE = new Set(["open", "released", "picked", "packed", "exception"]);
const CANCELLABLE = new Set([...IN_THE_HOUSE, "loaded"]);
const TICK = "M6 10l3 3 5-6";
const CRY = "M10 5v6M10 14v1";
const EMERGENCY = 0;
const ORDINARY = 5;
/** More lines than this are cancelled all at once. */
const LINES_MAX = 12;

/** @param {import("./reading.js").Page} page @param {number} number */
export async function orderPage(page, number) {
  const [{ order, lines, parcels, cash_taken }, proof, said] = await Promise.all([
    read(`/orders/${number}`),
    read(`/orders/${number}/proof`),
    maybe(`/orders/${number}/words`),
  ]);
  return [
    h("h1", {}, t("desk.search.order", { number: order.number }),
      order.priority === EMERGENCY ? h("b.late", {}, ` ${t("shop.urgent")}`) : null),
    stations(order, lines),
    actions(page, order, lines),
    facts([[t("desk.state"), word("order", order.state)], [t("desk.search.channel"), order.channel],
      [t("desk.search.destination"), order.destination], [t("desk.waves.carrier"), order.carrier],
      [t("shop.cash_due"), order.cash_due ? amountText(order.cash_due, order.currency) : ""],
      [t("shop.cash_taken"), order.cash_due ? amountText(cash_taken, order.currency) : ""],
      [t("desk.time.window"), order.window_from ? when(order.window_from) : ""],
      [t("desk.time.promised"), order.promised_at ? when(order.promised_at) : ""],
      [t("desk.time.cancelled"), order.cancelled_at ? when(order.cancelled_at) : ""],
      [t("shop.cancel_reason"), order.cancel_reason]]),
    h("h2", {}, t("desk.search.lines")),
    linesTable(lines),
    parcels.length ? [h("h2", {}, t("desk.search.parcels")), parcelCards(parcels)] : null,
    proof.length ? [h("h2", {}, t("shop.proof")), proofView(page, proof)] : null,
    said?.length ? [h("h2", {}, t("shop.words")), wordsList(said)] : null,
  ];
}

function stationTime(at, is_passed) {
  if (at) return when(at);
  return is_passed ? "–" : t("shop.not_yet");
}

/** The steps of production as a picture: what is behind it, where it stands, what is to come. */
export function stations(order, lines) {
  const is_off = order.state === "cancelled" || order.state === "returned" || order.state === "closed";
  const is_lacking = IN_THE_HOUSE.has(order.state) && lines.some(({ missing }) => missing > 0);
  const reached = STEPS.reduce((last, name, place) => (order[`${name}_at`] ? place : last), 0);
  const station = (name, place) => {
    const at = order[`${name}_at`];
    const tone = is_lacking && place === reached ? "bad" : place <= reached ? "done" : "rest";
    const current = place === reached && !is_off;
    return h(`li${current ? ".current" : ""}`, { "aria-current": current ? "step" : null },
      svg("svg", { viewBox: "0 0 20 20", class: "station", "aria-hidden": "true" },
        svg("circle", { cx: 10, cy: 10, r: 8, class: `tone-${tone}` }),
        place <= reached ? svg("path", { d: tone === "bad" ? CRY : TICK, class: "tick" }) : null),
      h("span.name", {}, t(`desk.time.${name}`)),
      h("span.quiet", {}, stationTime(at, place < reached)));
  };
  return [
    h("ol.stations", { "aria-label": t("shop.stations") }, STEPS.map(station)),
    is_lacking ? h("p.late", {}, t("shop.exception_text")) : null,
    is_off ? h("p", {}, h("strong", {}, word("order", order.state))) : null,
  ];
}

const linesTable = (lines) => table(t("desk.search.lines"), [
  { title: t("desk.sku"), cell: ({ sku, description }) =>
    h("span", {}, h("a", { href: `#stock/${encodeURIComponent(sku)}` }, sku), ` ${description}`) },
  { title: t("desk.quantity"), cell: ({ quantity }) => quantity, number: true },
  { title: t("shop.cancelled"), cell: ({ cancelled }) => cancelled || "", number: true },
  { title: t("desk.search.packed"), cell: ({ packed }) => packed, number: true },
  {
    ...{ title: t("desk.search.missing"), number: true },
    cell: ({ missing }) => (missing ? h("strong.late", {}, String(missing)) : ""),
  },
  {
    title: t("shop.instead"),
    cell: ({ substitutes }) => substitutes.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(", "),
  },
], lines);

const wordsList = (rows) => h("ul.lines", {}, rows.map((row) =>
  h("li", {},
    h("strong", {}, word("said", row.about)),
    h("time", { datetime: row.said_at }, when(row.said_at)),
    h("span", {}, [row.date, row.handed_to, row.rating ? `${row.rating} / 5` : "", row.cause, row.note]
      .filter(Boolean).join(" · ")))));

function actions(page, order, lines) {
  const { state, priority } = order;
  const is_urgent = priority === EMERGENCY;
  const hurry = t(is_urgent ? "shop.hurry.off" : "shop.hurry.on");
  const left = lines.some(({ quantity, cancelled }) => quantity > cancelled);
  return h("div.ways", {},
    IN_THE_HOUSE.has(state)
      ? action(hurry, () => hurryUp(page, order, is_urgent ? ORDINARY : EMERGENCY), { id: "hurry" })
      : null,
    CANCELLABLE.has(state) && left
      ? action(t("shop.cancel.button"), () => cancel(page, order, lines), { id: "cancel" })
      : null);
}

async function hurryUp(page, order, priority) {
  const is_urgent = priority === EMERGENCY;
  const told = await askForm(page.desk, {
    title: t(is_urgent ? "shop.hurry.on" : "shop.hurry.off"),
    intro: [h("p", {}, t(is_urgent ? "shop.hurry.text" : "shop.hurry.off_text", { number: order.number }))],
    fields: [],
    submit: () => tell(`/orders/${order.order}/priority`, { priority }),
  });
  if (told === undefined) return;
  page.desk.say(t("desk.floor.done"));
  await page.again();
}

/** Cancel all of an order, or units of its lines; the same dialog cancels once, however often it is sent. */
async function cancel(page, order, lines) {
  const reference = `page-${crypto.randomUUID()}`;
  const open = lines.filter(({ quantity, cancelled }) => quantity > cancelled);
  const listed = open.length > LINES_MAX ? [] : open;
  const field = ({ position, sku, quantity, cancelled }) => ({
    name: `line-${position}`, kind: "number", value: quantity - cancelled,
    label: t("shop.cancel.units", { item: sku, count: quantity - cancelled }),
    given: { min: 0, max: quantity - cancelled, inputmode: "numeric" },
  });
  const submit = (answers) => {
    const cut = listed.map(({ position }) => ({ position, quantity: answers[`line-${position}`] ?? 0 }))
      .filter(({ quantity }) => quantity > 0);
    if (listed.length && !cut.length) throw new Error(t("shop.cancel.nothing"));
    return tell(`/orders/${order.order}/cancel`, { reason: answers.reason, lines: cut, reference });
  };
  const told = await askForm(page.desk, {
    title: t("shop.cancel.title", { number: order.number }),
    intro: [h("p", {}, t(order.state === "loaded" ? "shop.cancel.late_text" : "shop.cancel.text"))],
    fields: [
      { name: "reason", label: t("shop.cancel.reason"), required: true, help: t("shop.no_names") },
      ...listed.map(field),
    ],
    go: t("shop.cancel.go"),
    back: t("shop.cancel.back"),
    danger: true,
    submit,
  });
  if (told === undefined) return;
  page.desk.say(t("shop.cancel.done", { count: told?.grant?.units ?? 0 }));
  await page.again();
}
