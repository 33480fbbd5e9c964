/** A door as whoever stands before it must know it. */
import { h } from "../../dom.js";
import { moment, t } from "../../say.js";

/** Where a phone's navigation is led: an address, found by its text. @param {string[]} lines */
export const geoLink = (lines) => `geo:0,0?q=${encodeURIComponent(lines.join(", "))}`;

/**
 * Who lives there, until when it was promised, and what to mind; without them, where roughly.
 * @param {?Object} door As the server told it; null before it did.
 * @param {Object} stop Its document.
 */
export function doorParts(door, stop) {
  const roughly = [stop.destination, t("app.road.no_address")].filter(Boolean).join(" · ");
  if (!door) return h("p.door", {}, roughly);
  const { lines = [], note = "", promised_at = null } = door;
  return [
    lines.length
      ? h("address.door", {}, lines.map((line) => h("div", {}, line)))
      : h("p.door", {}, stop.destination || t("app.road.erased")),
    promised_at ? h("p.due", {}, t("app.road.until", { time: moment(promised_at) })) : null,
    note ? h("p.feedback.note", {}, h("span.mark", { "aria-hidden": "true" }, "ℹ"), note) : null,
    stop.check ? h("p.due", {}, t(`app.road.check.${stop.check}`)) : null,
    stop.asks_code ? h("p.due", {}, t("app.road.asks_code")) : null,
  ];
}
