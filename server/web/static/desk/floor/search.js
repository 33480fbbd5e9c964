/** Any code and its story from receipt to doorstep: what it is, where it was, what stands there now. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { ask } from "../calls.js";
import { stockTable } from "./explanation.js";
import { operationView } from "./operation.js";
import { action, codeLink, codeText, facts, nothing, table, when, word } from "./parts.js";

const PAGE = 100;
const OPERATION = /^\d+\/\d+\/\d+$/;

/** @param {import("./place.js").Place} place */
export function searchPage(place) {
  const { desk } = place;
  const code = desk.words[0] ?? "";
  const input = h("input",
    { id: "code", type: "search", autocomplete: "off", maxlength: 200, required: true, value: code });
  const found = h("div", { id: "found", tabindex: "-1" });
  const said = h("p.quiet", { role: "status" });
  const submit = (event) => {
    event.preventDefault();
    desk.go("search", input.value.trim());
  };
  // The section is drawn into the page after this.
  queueMicrotask(() => input.focus());
  if (code) look(place, code, found, said);
  return [
    h("form.tools", { role: "search", onsubmit: submit },
      h("label.wide", { for: "code" }, t("desk.search.code"), input),
      h("button.done", { type: "submit" }, t("desk.search.go"))),
    h("p.quiet", {}, t("desk.search.text")),
    said,
    found,
  ];
}

/** Everything that a code may be, asked at once; what it is not is left out. */
async function look({ site, base, desk }, code, found, said) {
  said.textContent = t("desk.floor.reading");
  const show_here = (...children) => found.replaceChildren(...children.flat(5).filter(Boolean));
  const maybe = async (address, query = {}) => {
    try {
      return await ask(address, { query });
    } catch (problem) {
      if (problem.status === 401) desk.signedOut();
      else if (problem.status !== 404 && problem.status !== 400
        && problem.status !== 422) desk.say(problem.message, "error");
      return null;
    }
  };
  if (OPERATION.test(code)) {
    const story = await maybe(`/ops/v1/operations/${code}`, { site });
    said.textContent = story ? "" : t("desk.search.nothing", { code });
    show_here(story ? operationView(story) : nothing());
    return;
  }
  const parts = JSON.parse(globalThis.sessionStorage.getItem(`traced-${code}`) ?? "{}");
  const [trace, orders, tree, goods] = await Promise.all([
    maybe("/ops/v1/trace", { code, limit: PAGE, ...parts }),
    maybe("/ops/v1/orders", { number: code }),
    maybe(`${base}/units/${encodeURIComponent(code)}/tree`),
    maybe("/ops/v1/stock", { site, item: code, limit: PAGE }),
  ]);
  const shown = [
    ...(await Promise.all((orders?.rows ?? []).map((row) => orderView(row, maybe)))),
    trace?.candidates.length ? candidates(code, trace.candidates, desk) : null,
    tree ? treeView(tree) : null,
    goods?.rows.length ? [h("h2", {}, t("desk.search.goods")), stockTable(goods.rows)] : null,
    trace?.traced ? traceView(trace, { code, limit: PAGE, ...parts }, maybe) : null,
  ].filter(Boolean);
  said.textContent = shown.length ? "" : t("desk.search.nothing", { code });
  show_here(shown);
}

function candidates(code, rows, desk) {
  const take = (row) => () => {
    const { kind, owner, item, site } = row;
    const named = Object.entries({ kind, owner, item, site }).filter(([, value]) =>
      value !== "" && value !== null);
    globalThis.sessionStorage.setItem(`traced-${code}`, JSON.stringify(Object.fromEntries(named)));
    desk.go("search", code);
  };
  const text = (row) =>
    [word("traced", row.kind), row.owner, row.item, row.what && word("unit", row.what), row.site
      && `${t("desk.floor.site")} ${row.site}`];
  return h("section", {}, h("h2", {}, t("desk.search.which")),
    h("ul.lines", {},
      rows.map((row) => h("li", {}, action(text(row).filter(Boolean).join(" · "), take(row))))));
}

async function orderView(row, maybe) {
  const story = await maybe(`/ops/v1/orders/${row.order}`);
  const { lines = [], parcels = [] } = story ?? {};
  const times = ["placed", "received", "promised", "released", "picked", "packed", "loaded", "delivered",
    "cancelled"];
  return h("section", {}, h("h2", {}, t("desk.search.order", { number: row.number })),
    facts([[t("desk.owner"), row.owner], [t("desk.search.channel"), row.channel],
      [t("desk.state"), word("order", row.state)],
      [t("desk.search.destination"), row.destination], [t("desk.waves.carrier"), row.carrier],
      [t("desk.time.window"), row.window_from ? when(row.window_from) : ""],
      ...times.map((name) => [t(`desk.time.${name}`), row[`${name}_at`] ? when(row[`${name}_at`]) : ""])]),
    table(t("desk.search.lines"), [
      { title: t("desk.sku"), cell: (line) => codeLink(line.sku) },
      { title: t("desk.search.description"), cell: (line) => line.description },
      { title: t("desk.quantity"), cell: (line) => line.quantity, number: true },
      { title: t("desk.search.packed"), cell: (line) => line.packed, number: true },
      { title: t("desk.search.missing"), cell: (line) => line.missing, number: true },
    ], lines),
    parcels.length ? table(t("desk.search.parcels"), [
      { title: "SSCC", cell: (parcel) => codeLink(parcel.sscc) },
      { title: t("desk.state"), cell: (parcel) => word("parcel", parcel.state) },
      { title: t("desk.search.round"), cell: (parcel) => parcel.round },
      { title: t("desk.search.last"), cell: (parcel) => parcel.last_result },
      { title: t("desk.time.delivered"), cell: (parcel) => when(parcel.delivered_at) },
    ], parcels) : null);
}

function treeView({ within, root }) {
  const goods = (row) =>
    h("li", {}, `${row.quantity} × `, codeLink(row.sku || row.raw),
      ` ${[row.owner, row.lot, row.serial].filter(Boolean).join(" · ")} `,
    word("condition", row.condition));
  const node = (unit) => h("li", {}, codeLink(unit.code), ` ${word("unit", unit.kind)}`,
    h("ul.tree", {}, unit.goods.map(goods), unit.units.map(node)));
  const is_empty = !root.goods.length && !root.units.length;
  return h("section", {}, h("h2", {}, t("desk.search.stands_in", { code: root.code })),
    within.length ? h("p", {}, t("desk.search.within"), " ", within.map((code) => [codeLink(code), " "]))
      : null,
    is_empty ? nothing("desk.search.empty") : h("ul.tree", {}, node(root)));
}

function traceView(trace, query, maybe) {
  const { traced } = trace;
  const list = h("ol.steps", {}, trace.steps.map(stepView));
  let { next } = trace;
  const more = action(t("desk.floor.more"), async () => {
    const told = await maybe("/ops/v1/trace", { ...query, after: next });
    list.append(...(told?.steps ?? []).map(stepView));
    next = told?.next;
    if (!next) more.remove();
  });
  const what = [word("traced", traced.kind), traced.owner, traced.item, traced.what
    && word("unit", traced.what)].filter(Boolean).join(" · ");
  return h("section", {}, h("h2", {}, t("desk.search.story", { code: traced.code })), h("p", {}, what),
    trace.steps.length ? list : nothing("desk.search.no_steps"), next ? more : null);
}

const stepView = (step) => h(`li${step.undone_by ? ".undone" : ""}${step.flag ? ".flagged" : ""}`, {},
  h("time", { datetime: step.occurred_at }, when(step.occurred_at)),
  h("div", {},
    h("strong", {}, word("did", step.did)), " ",
    step.source || step.target ? h("span.way", {}, codeLink(step.source), " → ", codeLink(step.target))
      : null,
    h("span", {}, ` ${step.quantity} × ${[step.goods, step.lot, step.serial].filter(Boolean).join(" · ")}`),
    step.carrier ? [` ${t("desk.search.in")} `, codeLink(step.carrier)] : null,
    step.flag ? h("b.late", {}, ` ${codeText(step.flag)}`) : null,
    step.undone_by ? h("b", {}, ` ${t("desk.story.undone_by")} `, codeLink(step.undone_by)) : null,
    h("small", {}, step.who ? `${step.who} · ` : "", codeLink(step.operation),
      step.evidence.length ? ` · ${t("desk.search.proofs", { count: step.evidence.length })}` : "")));
