/** What explains something that waits: the operations behind it, what stands there, what came later. */
import { h } from "../../dom.js";
import { foundText, t } from "../../say.js";
import { ask } from "../calls.js";
import { codeLink, facts, table, when, word } from "./parts.js";
import { operationView } from "./operation.js";

/** Everything to be read about a row of exceptions. @param {Object} place @param {Object} row */
export async function explanationOf(place, row) {
  const quietly = (work) => work.catch((problem) => {
    if (problem.status === 401) throw problem;
    return null;
  });
  const is_discrepancy = row.subject === "discrepancy";
  const [why, stock, story] = await Promise.all([
    is_discrepancy ? quietly(ask(`/ops/v1/sites/${row.site}/discrepancies/${row.name}`)) : null,
    row.place ? quietly(ask("/ops/v1/stock", { query: { site: row.site, place: row.place, limit: 50 } }))
      : null,
    storyOf(row, quietly),
  ]);
  return [
    rowFacts(row),
    why ? whyView(why) : null,
    stock?.rows.length
      ? [h("h3", {}, t("desk.explained.stands", { place: row.place })), stockTable(stock.rows)] : null,
    story ? [h("h3", {}, t("desk.explained.opened_by")), operationView(story)] : null,
  ];
}

const storyOf = (row, quietly) => {
  const name = row.subject === "parked" ? row.name : row.opened_by;
  if (!/^\d+\/\d+\/\d+$/.test(name)) return null;
  return quietly(ask(`/ops/v1/operations/${name}`, { query: { site: row.site || undefined } }));
};

const rowFacts = (row) => facts([
  [t("desk.place"), codeLink(row.place)],
  [t("desk.unit"), codeLink(row.unit)],
  [t("desk.order"), codeLink(row.order)],
  [t("desk.owner"), row.owner],
  [t("desk.sku"), codeLink(row.sku)],
  [t("desk.quantity"), row.quantity],
  [t("desk.expected"), foundText(row.expected)],
  [t("desk.actual"), row.subject === "incident" ? h("a", { href: `#devices/${row.actual}` }, row.actual)
    : foundText(row.actual)],
  [t("desk.exceptions.note"), row.note],
  [t("desk.opened"), when(row.opened_at)],
  [t("desk.due"), when(row.due)],
  [t("desk.operation"), codeLink(row.opened_by)],
]);

function whyView(why) {
  const known = why.cause
    ? t(why.certain ? "desk.explained.cause" : "desk.explained.guess", { cause: word("cause", why.cause) })
    : t("desk.explained.unknown");
  return [
    h("h3", {}, t("desk.explained.why")),
    h("p", {}, known),
    facts([
      [t("desk.explained.by"), codeLink(why.explained_by)],
      [t("desk.explained.left"), why.left],
      [t("desk.explained.recounted_by"), codeLink(why.recounted_by)],
      [t("desk.explained.recounted"), why.recounted],
      [t("desk.lot"), codeLink(why.lot)],
      [t("desk.serial"), codeLink(why.serial)],
    ]),
  ];
}

/** Goods of a place as the book has them. */
export const stockTable = (rows) => table(t("desk.explained.stock"), [
  { title: t("desk.place"), cell: (row) => codeLink(row.place) },
  { title: t("desk.owner"), cell: (row) => row.owner },
  { title: t("desk.sku"), cell: (row) => codeLink(row.sku || row.raw) },
  { title: t("desk.lot"), cell: (row) => codeLink(row.lot) },
  { title: t("desk.serial"), cell: (row) => codeLink(row.serial) },
  { title: t("desk.condition"), cell: (row) => word("condition", row.condition) },
  { title: t("desk.quantity"), cell: (row) => row.on_hand ?? row.quantity, number: true },
], rows);
