/** The floor now: what waits where, who is here, which devices hold what, what is open how long. */
import { h } from "../../dom.js";
import { moment, t } from "../../say.js";
import { ask } from "../calls.js";
import { bars } from "./charts.js";
import { nothing, since, since_when, table, when, word } from "./parts.js";

const LOOK_S = 5;
const PLAN_S = 30;

/** @param {import("./place.js").Place} place */
export function nowPage(place) {
  const picture = h("div.picture");
  const plan = h("div.picture");
  const stamp = h("p.quiet", { id: "as-of" });
  place.every(LOOK_S, async () => {
    const told = await ask(`${place.base}/floor`);
    place.show(picture, pictureOf(told));
    stamp.textContent = t("desk.floor.as_of", { time: moment(Date.parse(told.at), { timeStyle: "medium" }) });
  });
  place.every(PLAN_S, async () => place.show(plan, planOf(await ask(`${place.base}/workload`))));
  return [stamp, picture, plan];
}

const sum = (rows, name = "count") => rows.reduce((whole, row) => whole + row[name], 0);

function pictureOf({ work, people, unsynced, discrepancies }) {
  const of = (kind) => work.filter((row) => row.kind === kind);
  const tasks = work.filter((row) => !["pick", "shipment", "round"].includes(row.kind));
  return [
    h("ul.cards.figures", {},
      figure("waves", "desk.now.lines", sum(of("pick"), "lines"),
        t("desk.now.packages", { count: sum(of("pick")) })),
      figure("waves", "desk.now.waiting", sum(of("shipment").filter((row) => row.state === "open")),
        shipments(of("shipment"))),
      figure("exceptions", "desk.now.tasks", sum(tasks),
        overdue(sum(tasks.filter((row) => row.state === "overdue")))),
      figure("exceptions", "desk.now.discrepancies", sum(discrepancies),
        overdue(sum(discrepancies, "overdue"))),
      figure("devices", "desk.now.people", new Set(people.map((row) => row.person)).size,
        t("desk.now.devices", { count: new Set(people.map((row) => row.device)).size })),
      figure("devices", "desk.now.unsynced", unsynced.length, unsynced.length
        ? t("desk.now.since", { ago: since(unsynced[0].since) }) : "")),
    picking(of("pick")),
    taskBars(tasks),
    ages(discrepancies),
    h("h2", {}, t("desk.now.unsynced_title")),
    unsyncedTable(unsynced),
    h("h2", {}, t("desk.now.people_title")),
    peopleTable(people),
  ];
}

const overdue = (count) => (count ? t("desk.now.overdue", { count }) : "");

const shipments = (rows) =>
  rows.filter((row) => row.state !== "open").map((row) =>
    `${row.count} ${word("shipment", row.state)}`).join(", ");

const figure = (section, key, count, note) =>
  h("li.card", {},
    h("a", { href: `#${section}`, id: `figure-${key}` }, h("strong", {}, String(count)),
      h("span", {}, t(key))),
    h("small", {}, note || " "));

function picking(rows) {
  const zones = [...new Set(rows.map((row) => row.zone))];
  const part = (zone, state, tone) => {
    const found = rows.filter((row) => row.zone === zone && row.state === state);
    return { tone, count: sum(found, "lines"),
      text: t(`desk.now.${state}`, { lines: sum(found, "lines"), packages: sum(found) }) };
  };
  const drawn = zones.map((zone) =>
    ({ name: zone || "–", parts: [part(zone, "leased", "done"), part(zone, "ready", "rest")] }));
  return drawn.length === 0 ? null : bars(t("desk.now.by_zone"), drawn,
    [{ tone: "done", text: t("desk.now.in_work") }, { tone: "rest", text: t("desk.now.not_begun") }]);
}

function taskBars(rows) {
  const names = [...new Set(rows.map((row) => JSON.stringify([row.kind, row.zone])))].map((name) =>
    JSON.parse(name));
  const part = (kind, zone, state, tone) => {
    const count = sum(rows.filter((row) => row.kind === kind && row.zone === zone && row.state === state));
    return { tone, count, text: `${count} ${t(`desk.now.task_${state}`)}` };
  };
  const drawn = names.map(([kind, zone]) => ({
    name: zone ? `${word("task", kind)} · ${zone}` : word("task", kind),
    parts: [part(kind, zone, "overdue", "bad"), part(kind, zone, "open", "rest")],
  }));
  return drawn.length === 0 ? null : bars(t("desk.now.tasks_title"), drawn,
    [{ tone: "bad", text: t("desk.now.task_overdue") }, { tone: "rest", text: t("desk.now.task_open") }]);
}

function ages(rows) {
  if (!rows.length) return null;
  const bands = [...new Map(rows.map((row) => [row.hours_min, row.hours_max]))];
  const named = ([least, most]) =>
    most === null ? t("desk.now.older", { hours: least }) : t("desk.now.age", { least, most });
  const drawn = bands.map((band) => {
    const found = rows.filter((row) => row.hours_min === band[0]);
    const late = sum(found, "overdue");
    const kinds = found.map((row) => `${row.count} ${word("discrepancy", row.kind)}`).join(", ");
    return {
      name: named(band),
      parts: [{ tone: "bad", count: late, text: t("desk.now.overdue", { count: late }) },
        { tone: "rest", count: sum(found) - late, text: kinds }],
      note: `(${kinds})`,
    };
  });
  return bars(t("desk.now.by_age"), drawn,
    [{ tone: "bad", text: t("desk.now.task_overdue") }, { tone: "rest", text: t("desk.now.task_open") }]);
}

function unsyncedTable(rows) {
  if (!rows.length) return nothing("desk.now.all_synced");
  return table(t("desk.now.unsynced_title"), [
    { title: t("desk.device"), cell: (row) =>
      h("a", { href: `#devices/${row.device}`, id: `unsynced-${row.device}` }, row.name) },
    { title: t("desk.devices.unsynced"), cell: (row) => row.unsynced, number: true },
    { title: t("desk.devices.unsynced_since"), cell: (row) => since_when(row.since) },
    { title: t("desk.devices.contact"), cell: (row) => since_when(row.last_contact) },
  ], rows);
}

function peopleTable(rows) {
  if (!rows.length) return nothing("desk.now.nobody");
  return table(t("desk.now.people_title"), [
    { title: t("desk.now.person"), cell: (row) => row.person },
    { title: t("desk.device"), cell: (row) =>
      h("a", { href: `#devices/${row.device}`, id: `here-${row.device}-${row.person}` }, row.name) },
    { title: t("desk.devices.role"), cell: (row) => word("role", row.role) },
    { title: t("desk.now.signed_in"), cell: (row) => when(row.since) },
    { title: t("desk.devices.contact"), cell: (row) => since_when(row.last_contact) },
  ], rows);
}

const RISKS = { none: "done", tight: "warn", late: "bad" };

/** What is left to pick by the hour it is due, and whether it will be late. */
function planOf({ zones, people }) {
  const hours = zones.flatMap((zone) => zone.hours.map((hour) => ({ zone, hour })));
  if (!hours.length) return [h("h2", {}, t("desk.now.workload")), nothing("desk.now.no_work")];
  const drawn = hours.map(({ zone, hour }) => {
    const due = hour.due
      ? moment(Date.parse(hour.due), { weekday: "short", hour: "2-digit", minute: "2-digit" })
        : t("desk.now.no_time");
    const risk = t(`desk.risk.${hour.risk}`);
    return {
      name: `${zone.zone || "–"} · ${due}`,
      parts: [{ tone: RISKS[hour.risk], count: hour.minutes, text: `${hour.minutes} min, ${risk}` }],
      note: t("desk.now.minutes", { lines: hour.lines, risk }),
    };
  });
  const legend = Object.entries(RISKS).map(([risk, tone]) => ({ tone, text: t(`desk.risk.${risk}`) }));
  return [h("h2", {}, t("desk.now.workload")), bars(t("desk.now.workload_text", { people }), drawn, legend)];
}
