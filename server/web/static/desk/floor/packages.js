/** The packages of a wave: who holds them, cutting them anew, handing them over. */
import { h } from "../../dom.js";
import { shortId, t } from "../../say.js";
import { ask, rowsOf } from "../calls.js";
import { progress } from "./charts.js";
import { askForm } from "./form.js";
import { action, Choice, since_when, table, when, word } from "./parts.js";

const LOOK_S = 10;

/** @param {import("./place.js").Place} place @param {number} wave */
export function packagesPage(place, wave) {
  const { desk, base } = place;
  const list = h("div");
  const tools = h("div.ways");
  let rows = [];
  let names = new Map();
  const choice = new Choice((row) => row.package, () => drawTools(), (row) => shortId(row.package));
  const chosen = () => rows.filter((row) => choice.names.has(row.package) && row.state !== "done");

  const load = async () => {
    const [zones, devices] = await Promise.all([ask(`${base}/zones`), rowsOf(`${base}/fleet`)]);
    names = new Map(devices.map((row) => [row.device, row.name]));
    rows = await ask(`${base}/waves/${wave}/packages`);
    choice.keep(rows);
    const codes = new Map(zones.map((zone) => [zone.zone, zone.code]));
    place.show(list, packagesTable(rows, choice, codes, names));
    drawTools();
  };
  const drawTools = () => {
    const disabled = !chosen().length;
    place.show(tools, h("a.button", { href: "#waves", id: "back" }, t("app.back")),
      action(t("desk.packages.recut"), recut, { id: "recut", disabled }),
      action(t("desk.packages.hand_over"), handOver, { id: "hand-over", disabled }));
  };
  const changed = async (told) => {
    if (!told) return;
    choice.set([...choice.names], false);
    desk.say(t("desk.floor.done"));
    await desk.attempt(load);
  };
  const packages = () => chosen().map((row) => row.package);
  const recut = async () => changed(await askForm(desk, {
    title: t("desk.packages.recut"),
    intro: [h("p", {}, t("desk.packages.recut_text", { count: chosen().length }))],
    fields: [{ name: "people", label: t("desk.packages.people"), kind: "number", required: true, value: 1,
      given: { min: 1, max: 100 } }],
    submit: ({ people }) =>
      ask(`${base}/packages/recut`, { method: "POST", body: { packages: packages(), people } }),
  }));
  const handOver = async () => changed(await askForm(desk, {
    title: t("desk.packages.hand_over"),
    intro: [h("p", {}, t("desk.packages.hand_over_text", { count: chosen().length }))],
    fields: [{ name: "to", label: t("desk.device"), kind: "select", required: true,
      options: [...names].map(([number, name]) => [String(number), name]) }],
    submit: ({ to }) =>
      ask(`${base}/packages/hand_over`, { method: "POST", body: { packages: packages(), to: Number(to) } }),
  }));
  place.keys.add("r", "desk.packages.recut", () => chosen().length && recut());
  place.keys.add("h", "desk.packages.hand_over", () => chosen().length && handOver());
  place.every(LOOK_S, load);
  return [h("h2", {}, t("desk.packages.title", { wave: shortId(wave) })), tools, list];
}

const packagesTable = (rows, choice, zones, names) => table(t("desk.waves.packages"), [
  { title: t("desk.packages.package"), cell: (row) => shortId(row.package), number: true },
  { title: t("desk.zone"), cell: (row) => zones.get(row.zone) ?? "–" },
  { title: t("desk.state"), cell: (row) => word("package", row.state) },
  { title: t("desk.waves.left"), cell: (row) => `${row.left} / ${row.lines}`, number: true },
  { title: t("desk.waves.done"), cell: (row) => progress(row.lines - row.left, row.lines) },
  { title: t("desk.device"), cell: (row) => row.device === null ? "–"
    : h("a", { href: `#devices/${row.device}`, id: `held-${row.package}` },
      names.get(row.device) ?? row.device) },
  { title: t("desk.packages.since"), cell: (row) => since_when(row.leased_at) },
  { title: t("desk.packages.until"), cell: (row) => when(row.lease_until) },
], rows, choice);
