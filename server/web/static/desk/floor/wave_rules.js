/** Rules by which waves are released by themselves, and who picks where. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { ask } from "../calls.js";
import { askForm } from "./form.js";
import { action, facts, table, when } from "./parts.js";

const MODES = ["", "single", "bulk"];

/** How carts are filled. */
export const modes = () => MODES.map((code) => [code, t(`desk.mode.${code || "best"}`)]);

const listed = (text) => (text ?? "").split(/[,;]/).map((part) => part.trim()).filter(Boolean);

/** @param {import("./place.js").Place} place */
export function rulesPage(place) {
  const { desk, base } = place;
  const rules = h("div");
  const work = h("div");
  const load = async () => {
    const [waves, pickers, zones] = await Promise.all(
      ["wave_rules", "work_rules", "zones"].map((name) => ask(`${base}/${name}`)));
    place.show(rules, rulesTable(waves, { edit: (rule) => edit(rule), preview, toggle }));
    place.show(work, workTable(pickers, (rule) => editWork(rule, zones)),
      action(t("desk.rules.new_work"), () => editWork(null, zones), { id: "new-work" }));
  };
  const put = async (told) => {
    if (!told) return;
    desk.say(t("desk.floor.done"));
    await desk.attempt(load);
  };
  const edit = async (rule) => put(await askForm(desk, {
    title: rule ? rule.name : t("desk.rules.new"),
    fields: ruleFields(rule),
    submit: (said) => ask(`${base}/wave_rules`, { method: "PUT", body: bodyOf(rule, said) }),
  }));
  const toggle = async (rule) => put(await desk.attempt(() => ask(`${base}/wave_rules`, {
    method: "PUT", body: { ...fixed(rule), state: rule.state === "open" ? "closed" : "open" },
  })));
  const preview = async (rule) => {
    const told = await desk.attempt(() => ask(`${base}/wave_rules/${encodeURIComponent(rule.name)}/preview`));
    if (!told) return;
    const counts = (named) => Object.entries(named).map(([name, count]) => `${name}: ${count}`).join(", ");
    await put(await askForm(desk, {
      title: t("desk.rules.preview_of", { name: rule.name }),
      intro: [h("p", {}, t("desk.waves.preview", { count: told.shipments.length, lines: told.lines })),
        facts([[t("desk.rules.destinations"), counts(told.destinations)],
          [t("desk.rules.carriers"), counts(told.carriers)],
          [t("desk.rules.over"), told.over || ""]])],
      fields: [],
      go: t("desk.rules.release_now"),
      submit: () => ask(`${base}/waves`, { method: "POST",
        body: { name: rule.name, shipments: told.shipments, mode: rule.mode } }),
    }));
  };
  const editWork = async (rule, zones) => put(await askForm(desk, {
    title: t("desk.rules.work"),
    fields: [
      { name: "zone", label: t("desk.zone"), kind: "select", value: rule?.zone ?? "",
        options: [["", t("desk.rules.all_zones")], ...zones.map((zone) => [zone.code, zone.code])] },
      { name: "pickers", label: t("desk.rules.pickers"), kind: "number", value: rule?.pickers ?? 0,
        given: { min: 0 } },
      ...["step_ms", "line_ms", "unit_ms"].map((name) => ({
        name, label: t(`desk.rules.${name}`), kind: "number", value: rule?.[name], given: { min: 0 },
      })),
    ],
    submit: (said) => ask(`${base}/work_rules`, { method: "PUT",
      body: { ...said, ...(rule ? { package_ms_min: rule.package_ms_min } : {}) } }),
  }));
  place.every(60, load);
  return [
    h("div.ways", {}, h("a.button", { href: "#waves", id: "back" }, t("app.back")),
      action(t("desk.rules.new"), () => edit(null), { id: "new-rule" })),
    h("h2", {}, t("desk.rules.title")), rules,
    h("h2", {}, t("desk.rules.work")), h("p.quiet", {}, t("desk.rules.work_text")), work,
  ];
}

const ruleFields = (rule) => [
  ...(rule ? [] : [{ name: "name", label: t("desk.rules.name"), required: true, given: { maxlength: 64 } }]),
  { name: "cut_off", label: t("desk.rules.cut_off"), kind: "time", required: true,
    value: rule?.cut_off ?? "17:00" },
  { name: "lead_min", label: t("desk.rules.lead_min"), kind: "number", value: rule?.lead_min ?? 120,
    given: { min: 0 } },
  { name: "days", label: t("desk.rules.days"), kind: "checks", value: [...(rule?.days ?? "1234567")],
    options: [..."1234567"].map((day) => [day, t(`desk.day.${day}`)]) },
  ...["destinations", "channels", "owners", "carriers"].map((name) => ({
    name, label: t(`desk.rules.${name}`), value: (rule?.[name] ?? []).join(", "),
      help: t("desk.rules.listed"),
  })),
  { name: "shipments_max", label: t("desk.rules.shipments_max"), kind: "number", value: rule?.shipments_max
    || "" },
  { name: "mode", label: t("desk.waves.mode"), kind: "select", options: modes(), value: rule?.mode ?? "" },
];

/** A rule as it is put: without what the server tells of it. */
function fixed(rule) {
  const { release_at, cut_off_at, ...kept } = rule;
  return kept;
}

function bodyOf(rule, said) {
  const names = ["destinations", "channels", "owners", "carriers"];
  const lists = Object.fromEntries(names.map((name) => [name, listed(said[name])]));
  return { ...(rule ? fixed(rule) : {}), ...said, ...lists, days: said.days.join(""),
    shipments_max: said.shipments_max ?? 0, mode: said.mode ?? "" };
}

const rulesTable = (rows, { edit, preview, toggle }) => table(t("desk.rules.title"), [
  { title: t("desk.rules.name"), cell: (row) => row.name },
  { title: t("desk.state"), cell: (row) => t(`desk.rules.${row.state}`) },
  { title: t("desk.rules.cut_off"), cell: (row) => row.cut_off },
  { title: t("desk.rules.next"), cell: (row) => when(row.release_at) },
  { title: t("desk.rules.takes"), cell: (row) =>
    ["destinations", "channels", "owners", "carriers"].flatMap((name) => row[name]).join(", ")
      || t("desk.rules.everything") },
  { title: t("desk.floor.actions"), cell: (row) => h("div.ways", {},
    action(t("desk.rules.preview"), () => preview(row), { id: `preview-${row.name}` }),
    action(t("desk.rules.edit"), () => edit(row), { id: `edit-${row.name}` }),
    action(t(row.state === "open" ? "desk.rules.rest" : "desk.rules.resume"), () =>
      toggle(row), { id: `toggle-${row.name}` })) },
], rows);

const workTable = (rows, edit) => table(t("desk.rules.work"), [
  { title: t("desk.zone"), cell: (row) => row.zone ?? t("desk.rules.all_zones") },
  { title: t("desk.rules.pickers"), cell: (row) => row.pickers, number: true },
  ...["step_ms", "line_ms", "unit_ms"].map((name) =>
    ({ title: t(`desk.rules.${name}`), cell: (row) => row[name], number: true })),
  { title: t("desk.floor.actions"), cell: (row) =>
    action(t("desk.rules.edit"), () => edit(row), { id: `work-${row.zone ?? "all"}` }) },
], rows);
