/** Where the parcels are and when they come. */
import { h } from "../dom.js";
import { amountText } from "../money.js";
import { locale, moment, t } from "../say.js";

const COMING = ["placed", "preparing", "packed", "on_the_way"];

/** A day of the calendar, wherever the reader is. @param {string} date `YYYY-MM-DD` */
const dayText = (date) =>
  new Intl.DateTimeFormat(locale(), { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" })
    .format(new Date(`${date}T00:00:00Z`));

const timeText = (at) => moment(Date.parse(at));

/** The parts that tell the way of an order. */
export function wayParts(order) {
  const { parcels } = order;
  return [
    h("h1", { id: "state" }, t(`parcel.state.${order.state}`)),
    h("p.quiet", {}, t("parcel.from", { number: order.number, sender: order.sender })),
    comingLines(order).map((line) => h("p.lead", {}, line)),
    order.cash_due ? h("p.lead", { id: "cash" }, cashText(order)) : null,
    h("h2", { id: "steps" }, t("parcel.steps")),
    h("ol.steps", { "aria-labelledby": "steps" }, stepItems(order.steps)),
    parcels.length ? h("h2", { id: "parcels" }, t("parcel.parcels")) : null,
    parcels.length ? h("ul.pieces", { "aria-labelledby": "parcels" }, parcels.map(parcelItem)) : null,
  ];
}

/** When it comes, as far as anybody knows. */
function comingLines(order) {
  const coming = order.parcels.filter((parcel) => parcel.day);
  const days = [...new Set(coming.map((parcel) => parcel.day))].sort();
  const stops = coming.map((parcel) => parcel.stops_before).filter((count) => count !== null);
  const lines = days.map((day) => t("parcel.day", { day: dayText(day) }));
  if (stops.length) lines.push(stopsText(Math.min(...stops)));
  if (!COMING.includes(order.state)) return lines;
  if (order.window_from) lines.push(t("parcel.not_before", { at: timeText(order.window_from) }));
  if (order.promised_at && (order.window_from || !days.length))
    lines.push(t("parcel.promised", { at: timeText(order.promised_at) }));
  return lines;
}

/** What is to be paid at the door, or was. */
const cashText = ({ cash_due, cash_taken, currency }) =>
  cash_taken
    ? t("parcel.cash_taken", { amount: amountText(cash_taken, currency) })
    : t("parcel.cash_due", { amount: amountText(cash_due, currency) });

function stopsText(count) {
  if (count === 0) return t("parcel.stops.none");
  return count === 1 ? t("parcel.stops.one") : t("parcel.stops", { count });
}

/** The steps; what lies before one that was reached was reached too, though nobody may know when. */
function stepItems(steps) {
  const last = steps.findLastIndex(({ at }) => at);
  return steps.map(({ step, at }, place) => {
    const is_reached = place <= last;
    const when = at ? h("time", { datetime: at }, timeText(at)) : null;
    return h(
      is_reached ? "li.reached" : "li",
      {},
      h("span.mark", { "aria-hidden": "true" }, is_reached ? "✓" : ""),
      h("span.name", {}, t(`parcel.step.${step}`)),
      is_reached ? when : h("span.none", {}, t("parcel.step.not_yet")),
    );
  });
}

function parcelItem(parcel) {
  const to = parcel.handed_to ? t(`parcel.to.${parcel.handed_to}`) : "";
  const at = parcel.delivered_at ? timeText(parcel.delivered_at) : "";
  const next = (date) => h("p", {}, t("parcel.tried.next", { day: nextText(date) }));
  const tries = parcel.tries.map((each) => [
    h("p", {}, t("parcel.tried", { at: timeText(each.at) })),
    each.next_date && !parcel.delivered_at ? next(each.next_date) : null,
  ]);
  const what = [t(`parcel.at.${parcel.state}`), to, at].filter(Boolean).join(" · ");
  const name = h("strong", {}, t("parcel.parcel", { ends: parcel.ends }));
  return h("li", {}, h("p", {}, name, " ", what), tries);
}

// Couriers' phones write days; what else came is shown as it is.
const nextText = (date) => (/^\d{4}-\d\d-\d\d$/.test(date) ? dayText(date) : date);

/** What was said by this page before. */
export function saidParts(order) {
  if (!order.said.length) return [];
  return [
    h("h2", { id: "said" }, t("parcel.said")),
    h("ul.words", { "aria-labelledby": "said" }, order.said.map(saidItem)),
  ];
}

function saidItem(word) {
  const told = [
    word.date && dayText(word.date),
    word.handed_to && t(`parcel.wish.to.${word.handed_to}`),
    word.rating && t("parcel.receipt.star", { count: word.rating }),
    word.cause && t(`parcel.cause.${word.cause}`),
    word.pictures && t("parcel.said.pictures", { count: word.pictures }),
    timeText(word.at),
  ];
  const name = t(`parcel.said.${word.about}`, { number: word.number });
  return h("li", {}, h("strong", {}, name), " ", told.filter(Boolean).join(" · "));
}
