/** Waves: what waits to be released, how far released waves are, and their packages. */
import { h } from "../../dom.js";
import { shortId, t } from "../../say.js";
import { ask, rowsOf } from "../calls.js";
import { progress } from "./charts.js";
import { askForm } from "./form.js";
import { action, Choice, codeLink, since_when, table, when } from "./parts.js";
import { packagesPage } from "./packages.js";
import { modes, rulesPage } from "./wave_rules.js";

const LOOK_S = 15;
const MOST = 1_000;
const WAVES = 30;

/** @param {import("./place.js").Place} place */
export function wavesPage(place) {
  const [word_] = place.desk.words;
  if (word_ === "rules") return rulesPage(place);
  if (word_) return packagesPage(place, Number(word_));
  return overview(place);
}

function overview(place) {
  const { desk, base } = place;
  const waiting = h("div");
  const waves = h("div");
  const tools = h("div.ways", {});
  let rows = [];
  let carrier = "";
  const shown = () => rows.filter((row) => !carrier || (row.carrier || "-") === carrier);
  const choice = new Choice((row) => row.shipment, () => drawTools(), (row) => row.number);
  const chosen = () => shown().filter((row) => choice.names.has(row.shipment));

  const load = async () => {
    rows = await rowsOf(`${base}/shipments`, { waiting: "open" }, MOST);
    choice.keep(rows);
    draw();
    place.show(waves, wavesTable((await ask(`${base}/waves`, { query: { limit: WAVES } })).rows));
  };
  const draw = () => {
    place.show(waiting, carriers(), waitingTable(shown(), choice));
    drawTools();
  };
  const drawTools = () => {
    const count = chosen().length;
    place.show(tools,
      action(t("desk.waves.release_chosen", { count }), () =>
        release(chosen()), { id: "release", class: "done", disabled: !count }),
      action(t("desk.waves.release_all", { count: shown().length }), () =>
        release(null), { id: "release-all", disabled: !shown().length }),
      action(t("desk.waves.retry"), retry, { id: "retry" }),
      h("a.button", { href: "#waves/rules", id: "rules" }, t("desk.waves.rules")));
  };
  const carriers = () => {
    const names = [...new Set(rows.map((row) => row.carrier || "-"))].sort();
    if (names.length < 2) return null;
    const choose = (event) => {
      carrier = event.target.value;
      draw();
    };
    const option = (name) =>
      h("option", { value: name, selected: name === carrier }, name === "-" ? t("desk.waves.no_carrier")
        : name || t("desk.waves.all_carriers"));
    return h("div.tools", {}, h("label", { for: "carrier" }, t("desk.waves.carrier"),
      h("select", { id: "carrier", onchange: choose }, ["", ...names].map(option))));
  };
  const release = async (picked) => {
    const of = picked ?? shown();
    const lines = of.reduce((sum, row) => sum + row.lines, 0);
    const told = await askForm(desk, {
      title: t("desk.waves.release"),
      intro: [h("p", {}, t("desk.waves.preview", { count: of.length, lines }))],
      fields: [{ name: "name", label: t("desk.waves.name") },
        { name: "mode", label: t("desk.waves.mode"), kind: "select", options: modes() },
        ...(picked ? []
          : [{ name: "limit", label: t("desk.waves.limit"), kind: "number", given: { min: 1 } }])],
      go: t("desk.waves.release"),
      submit: (said) => ask(`${base}/waves`, { method: "POST",
        body: { ...said,
          ...(picked ? { shipments: picked.map((row) => row.shipment) }
            : { carriers: carrier ? [carrier] : [] }) } }),
    });
    if (!told) return;
    choice.set([...choice.names], false);
    desk.say(t("desk.waves.released", { wave: shortId(told.grant?.wave ?? 0) }));
    await desk.attempt(load);
  };
  const retry = async () => {
    const told = await desk.attempt(() => ask(`${base}/shortages/retry`, { method: "POST" }));
    if (told) desk.say(
      t("desk.waves.retried", { found: told.grant?.found ?? 0, missing: told.grant?.missing ?? 0 }));
  };
  place.keys.add("r", "desk.waves.release", () => release(chosen().length ? chosen() : null));
  place.keys.add("u", "desk.exceptions.key.refresh", () => desk.attempt(load));
  place.every(LOOK_S, load);
  return [tools, h("h2", {}, t("desk.waves.waiting")), waiting, h("h2", {}, t("desk.waves.released_title")),
    waves];
}

const waitingTable = (rows, choice) => table(t("desk.waves.waiting"), [
  { title: t("desk.order"), cell: (row) => codeLink(row.number) },
  { title: t("desk.owner"), cell: (row) => row.owner },
  { title: t("desk.search.destination"), cell: (row) => row.destination },
  { title: t("desk.waves.carrier"), cell: (row) => row.carrier },
  { title: t("desk.waves.lines"), cell: (row) => row.lines, number: true },
  { title: t("desk.waves.priority"), cell: (row) => row.priority, number: true },
  { title: t("desk.time.window"), cell: (row) => when(row.window_from) },
  { title: t("desk.time.promised"), cell: (row) => when(row.promised_at) },
  { title: t("desk.time.received"), cell: (row) => since_when(row.received_at) },
], rows, choice);

const wavesTable = (rows) => table(t("desk.waves.released_title"), [
  { title: t("desk.waves.wave"), cell: (row) =>
    h("a", { href: `#waves/${row.wave}`, id: `wave-${row.wave}` }, row.name || shortId(row.wave)) },
  { title: t("desk.time.released"), cell: (row) => since_when(row.released_at) },
  { title: t("desk.waves.shipments"), cell: (row) => row.shipments, number: true },
  { title: t("desk.waves.packages"), cell: (row) => `${row.packages_done} / ${row.packages}`, number: true },
  { title: t("desk.waves.left"), cell: (row) => row.lines_left, number: true },
  { title: t("desk.waves.done"), cell: (row) => progress(row.lines - row.lines_left, row.lines) },
], rows);

