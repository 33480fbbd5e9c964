/** Workstations with printers: what waits there, why it does not print, once more, or not at all. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { ask } from "../calls.js";
import { action, nothing, since_when, table, word } from "./parts.js";

const LOOK_S = 10;
const SHOWN = 20;

/** @param {import("./place.js").Place} place @param {(stations: Object[]) => void} changed */
export function stationsView(place, changed) {
  const { desk, base } = place;
  const stations = h("div");
  const jobs = h("div");
  let open = "";
  let names = "";
  const load = async () => {
    const rows = await ask(`${base}/workstations`);
    place.show(stations, rows.length ? stationTable(rows, openStation) : nothing("desk.labels.no_station"));
    if (names !== JSON.stringify(rows.map((row) => row.name))) changed(rows);
    names = JSON.stringify(rows.map((row) => row.name));
    if (open) await loadJobs();
  };
  const loadJobs = async () => {
    const address = `${base}/workstations/${encodeURIComponent(open)}/prints`;
    const { rows } = await ask(address, { query: { limit: SHOWN } });
    const tell = (row, what) => async () => {
      await desk.attempt(() =>
        ask(`${address}/${row.number}/${what}`, { method: "POST" }), t("desk.floor.done"));
      await desk.attempt(load);
    };
    place.show(jobs, h("h3", {}, t("desk.labels.jobs", { station: open })), jobTable(rows, tell));
  };
  const openStation = (name) => {
    open = name;
    desk.attempt(loadJobs);
  };
  place.every(LOOK_S, load);
  return { body: [h("h2", {}, t("desk.labels.stations")), stations, jobs], load: () => desk.attempt(load) };
}

const stationTable = (rows, open) => table(t("desk.labels.stations"), [
  { title: t("desk.labels.station"), cell: (row) =>
    action(row.name, () => open(row.name), { id: `station-${row.name}`, class: "plain" }) },
  { title: t("desk.labels.printer"), cell: (row) => row.printer || t("desk.labels.agent") },
  { title: t("desk.labels.waiting"), cell: (row) => row.open, number: true },
  { title: t("desk.labels.oldest"), cell: (row) => since_when(row.oldest_at) },
  { title: t("desk.devices.problem"), cell: (row) => (row.problem ? h("b.late", {}, row.problem) : "–") },
], rows);

const jobTable = (rows, tell) => table(t("desk.labels.stations"), [
  { title: "№", cell: (row) => row.number, number: true },
  { title: t("desk.labels.what"), cell: (row) =>
    `${t(`desk.labels.${row.kind}`)} ${row.what.code ?? row.what.sscc ?? row.what.sku ?? ""}` },
  { title: t("desk.state"), cell: (row) => word("print", row.state) },
  { title: t("desk.devices.problem"), cell: (row) => row.problem },
  { title: t("desk.labels.asked"), cell: (row) => since_when(row.asked_at) },
  { title: t("desk.floor.actions"), cell: (row) =>
    row.state === "waiting"
      ? action(t("desk.floor.cancel"), tell(row, "cancel"), { id: `cancel-${row.number}` })
      : row.ended_at ? action(t("desk.labels.again"), tell(row, "reprint"), { id: `reprint-${row.number}` })
        : "–" },
], rows);
