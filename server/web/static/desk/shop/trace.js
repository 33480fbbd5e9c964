/** Where goods or a parcel were, from receipt to doorstep. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { action, placeText, when, word } from "../floor/parts.js";
import { maybe, read } from "./reading.js";

const PAGE = 50;

/** The story of a code; what it may mean where that is several things. */
export async function traceView(page, code, meant = {}) {
  const query = { code, limit: PAGE, ...meant };
  const trace = await maybe("/trace", query);
  if (!trace) return [h("h1", {}, t("desk.search.nothing", { code }))];
  if (trace.candidates.length) return which(page, code, trace.candidates);
  const { traced } = trace;
  const list = h("ol.steps", {}, trace.steps.map((step) => stepView(step, code)));
  let { next } = trace;
  const more = action(t("desk.floor.more"), async () => {
    const told = await page.desk.attempt(() => read("/trace", { ...query, after: next }));
    if (!told) return;
    list.append(...told.steps.map((step) => stepView(step, code)));
    next = told.next;
    if (!next) more.remove();
  });
  return [
    h("h1", {}, `${capital(traced.what ? word("unit", traced.what) : word("traced", traced.kind))} ${traced.code}`),
    traced.item
      ? h("p", {}, h("a", { href: `#stock/${encodeURIComponent(traced.item)}` }, traced.item))
      : null,
    trace.steps.length ? list : h("p.quiet", {}, t("desk.search.no_steps")),
    next ? h("div.ways", {}, more) : null,
  ];
}

function which(page, code, rows) {
  const box = h("div", {});
  const take = ({ kind, item, site }) => async () => {
    const meant = { kind, item: item || undefined, site };
    const told = await page.desk.attempt(() => traceView(page, code, meant));
    if (told) box.replaceChildren(...told.flat(5).filter(Boolean));
  };
  const text = ({ kind, item, what }) =>
    [word("traced", kind), item, what && word("unit", what)].filter(Boolean).join(" · ");
  box.append(h("h1", {}, t("shop.which")),
    h("ul.lines", {}, rows.map((row) => h("li", {}, action(text(row), take(row))))));
  return [box];
}

const stepView = (step, code) => h(`li${step.undone_by ? ".undone" : ""}`, {},
  h("time", { datetime: step.occurred_at }, when(step.occurred_at)),
  h("div", {}, h("strong", {}, word("did", step.did)), " ",
    step.source || step.target ? h("span", {}, `${placeText(step.source || "–")} → ${placeText(step.target || "–")}`) : null,
    // A unit that is asked for is what moves; it need not be named in every line.
    step.goods === code ? null : h("span", {}, `${step.source || step.target ? " ·" : ""} ${step.quantity} × ${goodsText(step)}`)));

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const goodsText = ({ goods, lot, serial }) => [goods, lot, serial].filter(Boolean).join(" · ");
