/** How each thing that waits is resolved: the calls of the API as questions to a person. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { ask } from "../calls.js";
import { askForm } from "./form.js";
import { word } from "./parts.js";

const CAUSES = ["", "late_fact", "mis_scan", "miscount", "lost", "wrong_place", "damage", "unknown"];
const NAMED = { discrepancy: "discrepancies", task: "tasks", incident: "incidents" };

const baseOf = (row) => `/ops/v1/sites/${row.site}`;

/** What is asked whenever something is closed. */
const note = () =>
  ({ name: "note", label: t("desk.exceptions.note"), required: true, given: { maxlength: 200 },
  help: t("desk.exceptions.note_help") });

const causeFields = (row) => [
  note(),
  { name: "cause", label: t("desk.exceptions.cause"), kind: "select",
    options: CAUSES.map((code) => [code, code ? word("cause", code) : "–"]) },
  { name: "explained_by", label: t("desk.exceptions.explained_by"), value: row?.opened_by ?? "",
    help: t("desk.exceptions.explained_by_help") },
];

/** The address by which a row is resolved with a note alone. */
function addressOf(row) {
  if (row.subject === "conflict") return `/ops/v1/conflicts/${row.name}/resolve`;
  if (row.subject === "parked") return `${baseOf(row)}/operations/${row.name}/set_aside`;
  return NAMED[row.subject] ? `${baseOf(row)}/${NAMED[row.subject]}/${row.name}/resolve` : null;
}

/** What a person found, as the body of a call; an operation is named only with a cause. */
function bodyOf(row, said) {
  if (row.subject !== "discrepancy") return { note: said.note };
  const { cause = "", explained_by = "" } = said;
  return { note: said.note, cause, explained_by: cause ? explained_by : "" };
}

const resolve = (place, row) => askForm(place.desk, {
  title: t(row.subject === "parked" ? "desk.exceptions.set_aside" : "desk.exceptions.resolve"),
  fields: row.subject === "discrepancy" ? causeFields(row) : [note()],
  go: t("desk.exceptions.resolve"),
  submit: (said) => ask(addressOf(row), { method: "POST", body: bodyOf(row, said) }),
});

const reconsider = (place, row) => askForm(place.desk, {
  title: t("desk.exceptions.reconsider"),
  intro: [h("p", {}, t("desk.exceptions.reconsider_text"))],
  fields: [{ ...note(), required: false },
    { name: "apply", label: t("desk.exceptions.apply"), kind: "check" }],
  submit: ({ note: said = "", apply }) =>
    ask(`${baseOf(row)}/operations/${row.name}/reconsider`, { method: "POST", body: { note: said, apply } }),
});

const countPlace = (place, row) => askForm(place.desk, {
  title: t("desk.exceptions.count_place", { place: row.place }),
  fields: [{ name: "blind", label: t("desk.counts.blind"), kind: "check", value: true },
    { name: "another", label: t("desk.exceptions.another"), kind: "check" }],
  submit: ({ blind, another }) =>
    ask(`${baseOf(row)}/counts`, { method: "POST", body: { places: [row.place], blind, another } }),
});

const correct = (place, row) => askForm(place.desk, {
  title: t("desk.exceptions.correct"),
  intro: [h("p", {}, t("desk.exceptions.correct_text", { place: row.place, item: row.sku }))],
  fields: [
    { name: "quantity", label: t("desk.exceptions.off_by"), kind: "number", required: true,
      help: t("desk.exceptions.off_by_help") },
    { name: "reason", label: t("desk.exceptions.note"), required: true, given: { maxlength: 200 },
      help: t("desk.exceptions.note_help") },
    { name: "mends", label: t("desk.exceptions.mends"), kind: "number", given: { min: 1 },
      help: t("desk.exceptions.mends_help") },
  ],
  submit: (said) => ask(`${baseOf(row)}/correct`, {
    method: "POST", body: { place: row.place, stock: row.stock, ...said },
  }),
});

const reclassify = (place, row) => askForm(place.desk, {
  title: t("desk.exceptions.reclassify"),
  intro: [h("p", {}, t("desk.exceptions.reclassify_text", { place: row.place, item: row.sku }))],
  fields: [
    { name: "owner", label: t("desk.owner"), value: row.owner },
    { name: "item", label: t("desk.sku") },
    { name: "lot", label: t("desk.lot") },
    { name: "serial", label: t("desk.serial") },
    { name: "condition", label: t("desk.condition"), kind: "select",
      options: ["", "good", "damaged", "quarantine"].map((code) =>
        [code, code ? word("condition", code) : "–"]) },
    { name: "quantity", label: t("desk.quantity"), kind: "number", required: true, given: { min: 1 },
      value: row.quantity },
    note(),
  ],
  submit: (said) => ask(`${baseOf(row)}/reclassify`, {
    method: "POST",
    body: { place: row.place, stock: row.stock, ...said,
      ...(row.subject === "discrepancy" ? { discrepancy: Number(row.name) } : {}) },
  }),
});

/** What can be done about a row, the usual first. @param {Object} row */
export function actionsOf(row) {
  const has_goods = Boolean(row.place && row.stock);
  return [
    addressOf(row)
      && { text: t(row.subject === "parked" ? "desk.exceptions.set_aside" : "desk.exceptions.resolve"),
        run: resolve },
    row.subject === "parked" && { text: t("desk.exceptions.reconsider"), run: reconsider },
    row.place && { text: t("desk.exceptions.count_it"), run: countPlace },
    has_goods && { text: t("desk.exceptions.correct"), run: correct },
    has_goods && { text: t("desk.exceptions.reclassify"), run: reclassify },
  ].filter(Boolean);
}

/** Close several with one reason; what the book refuses stays. */
export function resolveMany(desk, rows, each) {
  const closable = rows.filter(addressOf);
  return askForm(desk, {
    title: t("desk.exceptions.resolve_many", { count: closable.length }),
    fields: closable.some((row) => row.subject === "discrepancy")
      ? [note(), { ...causeFields()[1],
        options: causeFields()[1].options.filter(([code]) => ["", "unknown"].includes(code)) }]
      : [note()],
    go: t("desk.exceptions.resolve"),
    submit: (said) =>
      each(closable, (row) => ask(addressOf(row), { method: "POST", body: bodyOf(row, said) })),
  });
}
