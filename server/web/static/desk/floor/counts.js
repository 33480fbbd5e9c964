/** Counting: what is counted now and every day, and how well the book and the floor agree. */
import { h } from "../../dom.js";
import { moment, percentText, t } from "../../say.js";
import { ask } from "../calls.js";
import { columns } from "./charts.js";
import { askForm } from "./form.js";
import { action, facts, nothing, table, when, word } from "./parts.js";

const DAY_MS = 86_400_000;
const DAYS = [7, 30, 90];
const PPM = 10_000;

/** @param {import("./place.js").Place} place */
export function countsPage(place) {
  const { desk, base } = place;
  const rules = h("div");
  const picture = h("div");
  let days = 30;
  const loadRules = async () => place.show(rules, rulesTable(await ask(`${base}/count_rules`), editRule));
  const loadAccuracy = async () => {
    const since = new Date(Date.now() - days * DAY_MS).toISOString();
    place.show(picture, accuracyView(await ask(`${base}/accuracy`, { query: { since } })));
  };
  const plan = async () => {
    const told = await askForm(desk, {
      title: t("desk.counts.plan"),
      intro: [h("p", {}, t("desk.counts.plan_text"))],
      fields: [{ name: "places", label: t("desk.counts.places"), help: t("desk.counts.places_help") },
        ...selectors(), { name: "another", label: t("desk.exceptions.another"), kind: "check" }],
      submit: ({ places = "", ...said }) => ask(`${base}/counts`, { method: "POST",
        body: { ...said, places: places.split(/[\s,;]+/).filter(Boolean) } }),
    });
    if (told) desk.say(
      t("desk.counts.planned", { count: told.grant?.tasks?.length ?? 0, left: told.grant?.left ?? 0 }));
  };
  const editRule = async (rule) => {
    const told = await askForm(desk, {
      title: rule ? rule.name : t("desk.counts.new_rule"),
      fields: [...(rule ? []
        : [{ name: "name", label: t("desk.rules.name"), required: true, value: "daily" }]),
        ...selectors(rule),
        { name: "active", label: t("desk.counts.active"), kind: "check", value: rule
          ? rule.state === "active" : true }],
      submit: (said) => ask(`${base}/count_rules`, { method: "PUT",
        body: { ...(rule ? { name: rule.name, next_at: rule.next_at } : {}), ...said } }),
    });
    if (told) await desk.attempt(loadRules, t("desk.floor.done"));
  };
  const policy = async () => {
    await askForm(desk, {
      title: t("desk.counts.policy"),
      intro: [h("p", {}, t("desk.counts.policy_text"))],
      fields: [{ name: "zero_check", label: t("desk.counts.zero_check"), kind: "check" },
        { name: "units_off_max", label: t("desk.counts.units_off_max"), kind: "number", given: { min: 0 } },
        { name: "minor_off_max", label: t("desk.counts.minor_off_max"), kind: "number", given: { min: 0 } }],
      submit: (said) => ask(`${base}/count_policy`, { method: "PUT", body: said }),
    }) && desk.say(t("desk.floor.done"));
  };
  const turnover = async () => {
    const told = await askForm(desk, {
      title: t("desk.counts.turnover"),
      intro: [h("p", {}, t("desk.counts.turnover_text"))],
      fields: [{ name: "days", label: t("desk.counts.turnover_days"), kind: "number", value: 90,
        required: true, given: { min: 1 } }],
      submit: (body) => ask(`${base}/count_classes/by_turnover`, { method: "POST", body }),
    });
    if (told) desk.say(t("desk.counts.classed", told));
  };
  const chooseDays = (event) => {
    days = Number(event.target.value);
    desk.attempt(loadAccuracy);
  };
  place.keys.add("n", "desk.counts.plan", plan);
  place.every(30, loadRules);
  place.every(60, loadAccuracy);
  return [
    h("div.ways", {}, action(t("desk.counts.plan"), plan, { id: "plan", class: "done" }),
      action(t("desk.counts.new_rule"), () => editRule(null), { id: "new-rule" }),
      action(t("desk.counts.policy"), policy, { id: "policy" }),
      action(t("desk.counts.turnover"), turnover, { id: "turnover" })),
    h("h2", {}, t("desk.counts.rules")), rules,
    h("h2", {}, t("desk.counts.accuracy")),
    h("div.tools", {},
      h("label", { for: "days" }, t("desk.counts.window"), h("select", { id: "days", onchange: chooseDays },
        DAYS.map((each) =>
          h("option", { value: each, selected: each === days }, t("desk.counts.days", { count: each }))))),
      h("a.button", { href: `${base}/accuracy.csv`, download: "", id: "csv" }, t("desk.floor.csv"))),
    picture,
  ];
}

const selectors = (rule) => [
  { name: "zone", label: t("desk.zone"), value: rule?.zone },
  { name: "owner", label: t("desk.owner"), value: rule?.owner },
  { name: "item", label: t("desk.sku"), value: rule?.sku },
  { name: "rank", label: t("desk.counts.rank"), kind: "select", value: rule?.rank ?? "",
    options: ["", "A", "B", "C"].map((rank) => [rank, rank || t("desk.counts.any")]) },
  { name: "days", label: t("desk.counts.not_for_days"), kind: "number", value: rule?.days ?? 0,
    given: { min: 0 } },
  { name: "places_max", label: t("desk.counts.places_max"), kind: "number", value: rule?.places_max ?? 50,
    given: { min: 1 } },
  { name: "blind", label: t("desk.counts.blind"), kind: "check", value: rule ? rule.sight === "blind"
    : false },
];

const rulesTable = (rows, edit) => table(t("desk.counts.rules"), [
  { title: t("desk.rules.name"), cell: (row) => row.name },
  { title: t("desk.state"), cell: (row) =>
    t(row.state === "active" ? "desk.rules.open" : "desk.rules.closed") },
  { title: t("desk.rules.takes"), cell: (row) =>
    [row.zone, row.owner, row.sku, row.rank].filter(Boolean).join(" · ") || t("desk.rules.everything") },
  { title: t("desk.counts.places_max"), cell: (row) => row.places_max, number: true },
  { title: t("desk.counts.next"), cell: (row) => when(row.next_at) },
  { title: t("desk.floor.actions"), cell: (row) =>
    action(t("desk.rules.edit"), () => edit(row), { id: `rule-${row.name}` }) },
], rows);

/** Rounded down: what is not all right never reads as all. */
const percent = (ppm) =>
  (ppm === null || ppm === undefined ? "–" : percentText(Math.floor(ppm / 1_000) / 1_000));

/** Of what a row of accuracy is: codes of people's own stay as they are. */
const ofText = ({ by, name }) =>
  [word("by", by), ["owner", "class"].includes(by) && name !== "unknown" ? name : word("counted", name)]
    .filter(Boolean).join(" · ");

function accuracyView({ rows }) {
  const whole = rows.find((row) => row.by === "all");
  if (!whole?.counts) return nothing("desk.counts.nothing");
  const names = [...new Set(rows.filter((row) => row.by === "day").map((row) => row.name))].sort();
  const of = (by, name) => rows.find((row) => row.by === by && row.name === name)?.accuracy_ppm ?? null;
  const share = (ppm) => (ppm === null ? null : ppm / PPM);
  const drawn = names.map((name) => ({
    name: moment(Date.parse(`${name}T12:00:00`), { day: "numeric", month: "short" }),
    shares: [share(of("day", name)), share(of("day_planned", name))],
      text: `${name}: ${percent(of("day", name))}`,
  }));
  return [
    facts([
      [t("desk.counts.right"), `${percent(whole.accuracy_ppm)} (${whole.lines_right} / ${whole.lines})`],
      [t("desk.counts.places_right"), `${whole.counts_right} / ${whole.counts}`],
      [t("desk.counts.units_off"), `${whole.units_off} / ${whole.units_book}`],
    ]),
    columns(t("desk.counts.by_day"), drawn,
      [{ tone: "rest", text: t("desk.counts.all") }, { tone: "done", text: t("desk.counts.planned_ones") }]),
    table(t("desk.counts.accuracy"), [
      { title: t("desk.counts.by"), cell: ofText },
      { title: t("desk.counts.counts"), cell: (row) => row.counts, number: true },
      { title: t("desk.waves.lines"), cell: (row) => row.lines, number: true },
      { title: t("desk.counts.right"), cell: (row) => percent(row.accuracy_ppm), number: true },
      { title: t("desk.counts.units_off"), cell: (row) => row.units_off, number: true },
    ], rows.filter((row) => !["all", "day", "day_planned"].includes(row.by))),
  ];
}
