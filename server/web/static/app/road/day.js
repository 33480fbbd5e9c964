/** The day on which a parcel is tried again: one touch, or any other day. */
import { dayAfter } from "../../days.js";
import { h } from "../../dom.js";
import { dayText, t } from "../../say.js";

/** The parts that answer with a day. */
export function dayParts(acts) {
  const tomorrow = dayAfter(1);
  const day = h("input", { id: "day", type: "date", min: tomorrow, value: dayAfter(2) });
  const at_once = { id: "tomorrow", onclick: () => acts.keyed(tomorrow) };
  const chosen = { id: "day-keep", onclick: () => day.value && acts.keyed(day.value) };
  return h(
    "div.answers",
    {},
    h("button.big", at_once, t("app.road.tomorrow"), ` · ${dayText(tomorrow)}`),
    h("label", { for: "day" }, t("app.road.day")),
    day,
    h("button", chosen, t("app.road.day_keep")),
  );
}
