/** Choosing a piece of work: what may be taken on, what waits where, and a search over both. */
import { h, replace } from "../../dom.js";
import { shortId, t } from "../../say.js";
import { choicesOf, placesOf, zoneName } from "../works.js";

/** Fewer than these need no search. */
const SEARCHED_MIN = 6;

/** Whether anything is to be chosen or seen before the work begins. */
export function isChosen(held, workflow) {
  const choices = choicesOf(held, workflow);
  return choices.length !== 1 || Boolean(choices[0].package) || placesOf(held, workflow).length > 0;
}

/** The list of a workflow. @param {(work: Object) => void} begin @param {() => void} back */
export function choiceParts(app, workflow, begin, back) {
  const { device } = app;
  const { person = null } = device.held.body(`actor/${device.kept.grant}`) ?? {};
  const rows = [
    ...choicesOf(device.held, workflow).map((choice) => chosenRow(choice, device.kept.device, begin)),
    ...placesOf(device.held, workflow, person).map(placeRow),
  ];
  const list = h("div.choices", { id: "choices" });
  const show = (wanted) => {
    const found = rows.filter(({ text }) => text.toLowerCase().includes(wanted.trim().toLowerCase()));
    replace(list, found.length ? grouped(device.held, found) : h("p", { role: "status" }, t(rows.length ? "app.work.not_found" : "app.work.nothing")));
  };
  show("");
  const search = h("input", { id: "search", type: "search", autocomplete: "off", oninput: () => show(search.value) });
  return [
    h("h1", { tabindex: "-1" }, t(`app.workflow.${workflow}`)),
    rows.length < SEARCHED_MIN ? null : [h("label", { for: "search" }, t("app.work.search")), search],
    list,
    h("button.plain", { id: "back", onclick: back }, t("app.back")),
  ];
}

/** Rows under their zones; those of none come first, as they are. */
function grouped(held, rows) {
  const zones = [...new Set(rows.map(({ zone }) => zone))].sort((one, other) => one - other);
  return zones.map((zone) => [
    zone ? h("h2.group", {}, t("app.work.zone", { zone: zoneName(held, zone) })) : null,
    h("ul", {}, rows.filter((row) => row.zone === zone).map(({ element }) => h("li", {}, element))),
  ]);
}

function chosenRow(choice, device, begin) {
  const text = labelOf(choice, device);
  const urgent = choice.is_urgent ? h("span.urgent", {}, `⚠ ${t("app.work.urgent")}`) : null;
  const element = h("button.big.choice", { onclick: () => begin(choice.work) }, h("span", {}, text), urgent);
  return { zone: choice.zone ?? 0, text, element };
}

function placeRow({ zone, place, task, is_for_another }) {
  const { kind, quantity, sku = "", lot = "", unit = "", to = "", occasion = "", blind } = task;
  const marks = [
    t(`app.task.${kind}`),
    occasion ? t(`app.occasion.${occasion}`) : "",
    blind ? t("app.work.blind_count") : "",
    is_for_another ? t("app.work.for_another") : "",
  ];
  const goods = [quantity, sku || unit, lot, to && `→ ${to}`].filter(Boolean).join(" ");
  const text = [place, goods, ...marks].filter(Boolean).join(" · ");
  return { zone, text, element: h("span.row", {}, h("strong", {}, place || t("app.work.no_place")), ` ${text.slice(place.length)}`) };
}

function labelOf(choice, device) {
  if (choice.blind) return t("app.work.blind");
  if (choice.package) {
    const { id, holder, body } = choice.package;
    const key = holder && holder !== device ? "app.work.package_held" : "app.work.package";
    return t(key, { id: shortId(id), lines: body?.lines?.length ?? 0, first: body?.lines?.[0]?.place ?? "" });
  }
  if (choice.van) return choice.van;
  if (choice.round) return t("app.work.round", { name: choice.round.name, van: choice.round.van });
  if (choice.announced) {
    const { number, merchant = "", lines } = choice.announced;
    return t("app.work.announced", { number, merchant, lines: lines.length });
  }
  if (choice.transfer) return t("app.work.transfer", { number: choice.transfer.number });
  return t("app.work.begin");
}
