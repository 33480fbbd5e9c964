/** Rounds: parcels that wait for one, returns to be collected, and how far planned rounds are. */
import { today } from "../../days.js";
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { ask, rowsOf } from "../calls.js";
import { accountsPart } from "./cash.js";
import { progress } from "./charts.js";
import { askForm } from "./form.js";
import { action, Choice, codeLink, since_when, table, when, word } from "./parts.js";
import { addressText, driversOf, roundPage, vansOf } from "./round.js";

const LOOK_S = 15;
const MOST = 1_000;

/** @param {import("./place.js").Place} place */
export function roundsPage(place) {
  const [number] = place.desk.words;
  return number ? roundPage(place, Number(number)) : overview(place);
}

function overview(place) {
  const { desk, base } = place;
  const [tools, packed, returns] = [h("div.ways"), h("div"), h("div")];
  const [rounds, cash] = [h("div"), h("div")];
  let [shipments, collections] = [[], []];
  const parcels = new Choice((row) => row.shipment, () => drawTools(), (row) => row.number);
  const doors = new Choice((row) => row.task, () => drawTools(), (row) => row.number);
  const chosen = () => ({
    shipments: shipments.filter((row) => parcels.names.has(row.shipment)).map((row) => row.shipment),
    collections: collections.filter((row) => doors.names.has(row.task)).map((row) => row.task),
  });

  const load = async () => {
    const waiting = await rowsOf(`${base}/shipments`, { waiting: "packed" }, MOST);
    shipments = waiting.sort((one, other) => one.destination.localeCompare(other.destination));
    const asked = await ask(`${base}/collections`);
    collections = asked.filter((row) => row.round === null);
    parcels.keep(shipments);
    doors.keep(collections);
    place.show(packed, packedTable(shipments, parcels));
    place.show(returns, returnsTable(collections, doors));
    place.show(rounds, roundsTable(await rowsOf(`${base}/rounds`, { open_only: true }, MOST)));
    place.show(cash, accountsPart(place, await ask(`${base}/accounts`), load));
    drawTools();
  };
  const drawTools = () => {
    const { shipments: some, collections: others } = chosen();
    const count = some.length + others.length;
    place.show(tools, action(t("desk.rounds.plan_chosen", { count }), plan,
      { id: "plan", class: "done", disabled: !count }));
  };
  const plan = async () => {
    const what = chosen();
    const [vans, devices] = await desk.attempt(() => Promise.all([vansOf(base), driversOf(base)])) ?? [];
    if (!vans) return;
    const told = await askForm(desk, {
      title: t("desk.rounds.plan"),
      intro: [h("p", {}, t("desk.rounds.preview",
        { parcels: what.shipments.length, returns: what.collections.length })),
        vans.length ? null : h("p", {}, t("desk.rounds.no_van"))],
      fields: [{ name: "name", label: t("desk.rules.name"), required: true, given: { maxlength: 64 } },
        { name: "date", label: t("desk.rounds.date"), required: true, value: today(),
          given: { type: "date" } },
        { name: "van", label: t("desk.rounds.van"), kind: "select", required: true, options: vans },
        { name: "device", label: t("desk.device"), kind: "select", options: devices }],
      go: t("desk.rounds.plan"),
      submit: ({ device, ...said }) => ask(`${base}/rounds`, { method: "POST",
        body: { ...said, ...what, ...(device ? { device: Number(device) } : {}) } }),
    });
    if (!told) return;
    desk.say(t("desk.floor.done"));
    desk.go("rounds", String(told.grant.rounds[0]));
  };
  place.keys.add("n", "desk.rounds.plan", () => {
    const { shipments: some, collections: others } = chosen();
    return some.length + others.length && plan();
  });
  place.keys.add("u", "desk.exceptions.key.refresh", () => desk.attempt(load));
  place.every(LOOK_S, load);
  return [tools, h("h2", {}, t("desk.rounds.returns")), returns, h("h2", {}, t("desk.rounds.packed")), packed,
    h("h2", {}, t("desk.rounds.open")), rounds, cash];
}

const packedTable = (rows, choice) => table(t("desk.rounds.packed"), [
  { title: t("desk.order"), cell: (row) => codeLink(row.number) },
  { title: t("desk.owner"), cell: (row) => row.owner },
  { title: t("desk.search.destination"), cell: (row) => row.destination },
  { title: t("desk.search.parcels"), cell: (row) => row.parcels, number: true },
  { title: t("desk.time.window"), cell: (row) => when(row.window_from) },
  { title: t("desk.time.promised"), cell: (row) => when(row.promised_at) },
], rows, choice);

const returnsTable = (rows, choice) => table(t("desk.rounds.returns"), [
  { title: t("desk.rounds.return"), cell: (row) => row.number },
  { title: t("desk.order"), cell: (row) => codeLink(row.order_number) },
  { title: t("desk.owner"), cell: (row) => row.owner },
  { title: t("desk.rounds.address"), cell: (row) => addressText(row) },
  { title: t("desk.rounds.asked"), cell: (row) => since_when(row.asked_at) },
  { title: t("desk.rounds.again"), cell: (row) => row.again || "–" },
], rows, choice);

const roundsTable = (rows) => table(t("desk.rounds.open"), [
  { title: t("desk.search.round"), cell: (row) =>
    h("a", { href: `#rounds/${row.round}`, id: `round-${row.round}` }, row.name) },
  { title: t("desk.rounds.date"), cell: (row) => row.date },
  { title: t("desk.rounds.van"), cell: (row) => row.van },
  { title: t("desk.state"), cell: (row) => word("round", row.state.replace(" ", "_")) },
  { title: t("desk.rounds.doors"), cell: (row) => row.stops, number: true },
  { title: t("desk.waves.done"), cell: (row) => progress(row.stops - row.stops_open, row.stops) },
], rows);
