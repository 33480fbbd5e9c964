/** One round: its doors in order; returns are added and taken off while it has not left. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { ask, rowsOf } from "../calls.js";
import { askForm } from "./form.js";
import { action, codeLink, facts, table, when, word } from "./parts.js";

const LOOK_S = 10;
const MOST = 1_000;
const AT_HOME = ["planned", "loading"];

/** @param {import("./place.js").Place} place @param {number} number */
export function roundPage(place, number) {
  const { desk, base } = place;
  const [tools, shown] = [h("div.ways"), h("div")];
  let waiting = [];
  let round = null;

  const load = async () => {
    const [told, stops, asked] = await Promise.all([ask(`${base}/rounds/${number}`),
      ask(`${base}/rounds/${number}/stops`), ask(`${base}/collections`)]);
    round = told;
    waiting = asked.filter((row) => row.round === null);
    const is_at_home = AT_HOME.includes(round.state);
    place.show(tools, h("a.button", { href: "#rounds", id: "back" }, t("app.back")), is_at_home
      ? action(t("desk.rounds.add", { count: waiting.length }), add,
        { id: "add", class: "done", disabled: !waiting.length }) : null,
    round.state === "done" ? null : action(t("desk.rounds.assign"), assign, { id: "assign" }));
    place.show(shown, roundView(round), is_at_home ? null : h("p.quiet", {}, t("desk.rounds.left")),
      stopsTable(stops, is_at_home ? drop : null));
  };
  const add = async () => {
    const told = await askForm(desk, {
      title: t("desk.rounds.add_title"),
      fields: [{ name: "collections", label: t("desk.rounds.returns"), kind: "checks",
        options: waiting.map((row) => [row.task, returnText(row)]) }],
      go: t("desk.rounds.add_go"),
      submit: (said) => {
        if (!said.collections.length) throw new Error(t("desk.rounds.choose_one"));
        return ask(`${base}/rounds/${number}/collections`, { method: "POST", body: said });
      },
    });
    if (told) await desk.attempt(load, t("desk.floor.done"));
  };
  const assign = async () => {
    const [vans, devices] = await desk.attempt(() => Promise.all([vansOf(base), driversOf(base)])) ?? [];
    if (!vans) return;
    const told = await askForm(desk, {
      title: t("desk.rounds.assign"),
      fields: [
        { name: "van", label: t("desk.rounds.van"), kind: "select", value: round.van, options: vans },
        { name: "device", label: t("desk.device"), kind: "select", value: String(round.device ?? ""),
          options: devices }],
      submit: ({ van, device }) => ask(`${base}/rounds/${number}/assign`, { method: "POST",
        body: { van, ...(device ? { device: Number(device) } : {}) } }),
    });
    if (told) await desk.attempt(load, t("desk.floor.done"));
  };
  const drop = async (row) => {
    const told = await desk.attempt(() =>
      ask(`${base}/rounds/${number}/collections/${row.stop}`, { method: "DELETE" }));
    if (!told) return;
    await desk.attempt(load, t("desk.rounds.dropped", { number: row.announced }));
    document.getElementById("add")?.focus();
  };
  place.keys.add("a", "desk.rounds.add_title", () => document.getElementById("add")?.click());
  place.keys.add("u", "desk.exceptions.key.refresh", () => desk.attempt(load));
  place.every(LOOK_S, load);
  return [tools, shown];
}

/** The vans of a site to choose from. @returns {Promise<string[][]>} */
export async function vansOf(base) {
  const rows = await rowsOf(`${base}/locations`, { kind: "van" }, MOST);
  return rows.filter((row) => row.state === "open").map((row) => [row.code, row.code]);
}

/** The devices of couriers to choose from; none at first. @returns {Promise<string[][]>} */
export async function driversOf(base) {
  const rows = await rowsOf(`${base}/fleet`, {}, MOST);
  const couriers = rows.filter((row) => row.role === "courier" && ["invited", "active"].includes(row.state));
  return [["", t("desk.floor.none")], ...couriers.map((row) => [String(row.device), row.name])];
}

/** Where somebody has to go: the address, or roughly. */
export const addressText = ({ address, destination }) => address.join(", ") || destination || "–";

const returnText = (row) =>
  [row.number, row.order_number, addressText(row), row.again].filter(Boolean).join(" · ");

const roundView = (row) => [
  h("h2", {}, row.name),
  facts([
    [t("desk.rounds.date"), row.date],
    [t("desk.rounds.van"), row.van],
    [t("desk.device"), row.device],
    [t("desk.now.person"), row.person],
    [t("desk.state"), word("round", row.state.replace(" ", "_"))],
    [t("desk.search.parcels"), `${row.parcels_delivered} / ${row.parcels}`],
  ]),
];

const stopsTable = (rows, drop) => table(t("desk.rounds.doors"), [
  { title: t("desk.rounds.door"), cell: (row) => row.sequence, number: true },
  { title: t("desk.rounds.what"), cell: (row) => row.kind === "collect"
    ? t("desk.rounds.collects", { number: row.announced })
    : t("desk.rounds.delivers", { count: row.parcels }) },
  { title: t("desk.order"), cell: (row) => codeLink(row.number) },
  { title: t("desk.rounds.address"), cell: (row) => addressText(row) },
  { title: t("desk.time.window"), cell: (row) => when(row.kind === "collect" ? null : row.window_from) },
  { title: t("desk.time.promised"), cell: (row) => when(row.kind === "collect" ? null : row.promised_at) },
  { title: t("desk.state"), cell: (row) => word("stop", row.state) },
  ...(drop ? [{ title: t("desk.floor.actions"), cell: (row) => row.kind === "collect" && row.state === "planned"
    ? action(t("desk.rounds.drop"), () => drop(row), { id: `drop-${row.stop}`,
      "aria-label": t("desk.rounds.drop_of", { number: row.announced }) }) : "–" }] : []),
], rows);
