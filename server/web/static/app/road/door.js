/** A door as whoever stands before it must know it. */
import { h } from "../../dom.js";
import { moment, t } from "../../say.js";

/** Where a phone's navigation is led: an address, found by its text. @param {string[]} lines */
export const geoLink = (lines) => `geo:0,0?q=${encodeURIComponent(lines.join(", "))}`;

/**
 * Who lives there, when it is to come, and what to mind; without them, where roughly.
 * @param {?Object} door As the server told it; null before it did.
 * @param {Object} stop Its document.
 */
export function doorParts(door, stop) {
  const roughly = [stop.destination, t("app.road.no_address")].filter(Boolean).join(" · ");
  if (!door) return h("p.door", {}, roughly);
  const { lines = [], note = "" } = door;
  return [
    lines.length
      ? h("address.door", {}, lines.map((line) => h("div", {}, line)))
      : h("p.door", {}, stop.destination || t("app.road.erased")),
    // What was promised is its delivery, not its way back.
    stop.kind === "collect" ? null : dueOf(door),
    note ? h("p.feedback.note", {}, h("span.mark", { "aria-hidden": "true" }, "ℹ"), note) : null,
    stop.check ? h("p.due", {}, t(`app.road.check.${stop.check}`)) : null,
    stop.asks_code ? h("p.due", {}, t("app.road.asks_code")) : null,
  ];
}

/** From when until when it is to be handed over. */
function dueOf({ window_from: from = null, promised_at: until = null }) {
  const [day, time] = [{ dateStyle: "medium" }, { timeStyle: "short" }];
  if (from && until && moment(from, day) === moment(until, day)) {
    const named = { day: moment(from, day), from: moment(from, time), until: moment(until, time) };
    return h("p.due", {}, t("app.road.between", named));
  }
  const said = [
    from && t("app.road.from", { time: moment(from) }),
    until && t("app.road.until", { time: moment(until) }),
  ].filter(Boolean);
  return said.length ? h("p.due", {}, said.join(" · ")) : null;
}
