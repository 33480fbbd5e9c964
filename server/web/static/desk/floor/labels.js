/** Labels to print: places, items, totes and parcels, on paper or at a workstation's printer. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { ask, rowsOf } from "../calls.js";
import { fieldOf } from "./form.js";
import { action, Choice, each, nothing, sayEach, table, word } from "./parts.js";
import { stationsView } from "./stations.js";

const SHEET_MAX = 200;
const PLACES_MAX = 5_000;
const KINDS = ["location", "item", "tote", "parcel"];

/** @param {import("./place.js").Place} place */
export function labelsPage(place) {
  const { desk, base } = place;
  let kind = KINDS.includes(desk.words[0]) ? desk.words[0] : "location";
  let rows = [];
  let stations = [];
  const finder = h("div");
  const list = h("div");
  const tools = h("div.ways");
  const choice = new Choice((row) => row.key, () => drawTools());
  const chosen = () => rows.filter((row) => choice.names.has(row.key));

  const find = async (said) => {
    rows = (await desk.attempt(() => FOUND[kind](place, said))) ?? [];
    choice.names.clear();
    if (kind === "tote" || kind === "parcel") for (const row of rows) choice.names.add(row.key);
    place.show(list, rows.length ? table(t(`desk.labels.${kind}`), columns(), rows, choice) : nothing());
    drawTools();
  };
  const drawTools = () => {
    const count = chosen().length;
    const is_paper = kind !== "parcel";
    place.show(tools,
      is_paper ? action(t("desk.labels.sheet", { count }), sheet,
        { id: "sheet", class: "done", disabled: !count || count > SHEET_MAX }) : null,
      stations.length ? stationChoice() : null,
      stations.length ? action(t("desk.labels.print", { count }), print, { id: "print", disabled: !count })
        : null,
      count > SHEET_MAX && is_paper ? h("p.quiet", {}, t("desk.labels.too_many", { most: SHEET_MAX }))
        : null);
  };
  let station = "";
  const stationChoice = () => {
    const note = (event) => {
      station = event.target.value;
    };
    return h("select", { id: "station", "aria-label": t("desk.labels.station"), onchange: note },
      stations.map(({ name }) => h("option", { value: name, selected: name === station }, name)));
  };
  const sheet = () => desk.attempt(async () => {
    const body = { labels: chosen().map((row) => row.label) };
    const answer = await ask("/ops/v1/labels/page.pdf",
      { method: "POST", body, raw: true, headers: { accept: "application/pdf" } });
    save(await answer.blob(), `totebook-${kind}.pdf`);
  }, t("desk.labels.saved"));
  const print = async () => {
    const name = station || stations[0].name;
    const address = `${base}/workstations/${encodeURIComponent(name)}/prints`;
    const told = await desk.attempt(() =>
      each(chosen(), (row) => ask(address, { method: "POST", body: { label: row.label } })));
    if (told) sayEach(desk, told);
    await printers.load();
  };
  const printers = stationsView(place, (found) => {
    stations = found;
    drawTools();
  });
  const draw = () => place.show(finder, finderOf(kind, find));
  const choose = (event) => {
    kind = event.target.value;
    rows = [];
    place.show(list);
    draw();
    drawTools();
  };
  const option = (code) => h("option", { value: code, selected: code === kind }, t(`desk.labels.${code}`));
  draw();
  drawTools();
  return [
    h("div.tools", {}, h("label", { for: "kind" }, t("desk.labels.what"),
      h("select", { id: "kind", onchange: choose }, KINDS.map(option)))),
    finder, tools, list, printers.body,
  ];
}

const columns = () => [
  { title: t("desk.search.code"), cell: (row) => h("strong", {}, row.key) },
  { title: t("desk.search.description"), cell: (row) => row.text },
];

const FIELDS = {
  location: () =>
    [{ name: "zone", label: t("desk.zone") }, { name: "begins", label: t("desk.labels.begins") }],
  item: () => [{ name: "owner", label: t("desk.owner") }, { name: "sku", label: t("desk.sku") }],
  tote: () => [{ name: "prefix", label: t("desk.labels.prefix"), value: "TOTE-", required: true },
    { name: "from", label: t("desk.labels.from"), kind: "number", value: 1, required: true,
      given: { min: 0 } },
    { name: "to", label: t("desk.labels.to"), kind: "number", value: 20, required: true, given: { min: 0 } }],
  parcel: () => [{ name: "sscc", label: "SSCC", required: true, given: { pattern: "[0-9]{18}" } }],
};

function finderOf(kind, find) {
  const fields = FIELDS[kind]();
  const made = fields.map(fieldOf);
  const submit = (event) => {
    event.preventDefault();
    find(Object.fromEntries(fields.map((field, place) => [field.name, made[place].say() ?? ""])));
  };
  return h("form.tools", { onsubmit: submit }, made.map((each) => each.row),
    h("button", { type: "submit", id: "find" },
      t(kind === "tote" || kind === "parcel" ? "desk.labels.make" : "desk.labels.find")));
}

const FOUND = {
  location: async ({ base }, { zone, begins }) => {
    const rows = await rowsOf(`${base}/locations`, {}, PLACES_MAX);
    return rows
      .filter((row) => row.state === "open" && (!zone || row.zone === zone) && row.code.startsWith(begins))
      .map(({ code, kind, zone: of }) =>
        ({ key: code, text: [word("unit", kind), of].filter(Boolean).join(" · "),
        label: { kind: "location", code, text: code } }));
  },
  item: async (_place, { owner, sku }) => {
    const rows = await rowsOf("/ops/v1/items", { owner, sku });
    return rows.map((row) =>
      ({ key: `${row.owner} ${row.sku}`, text: row.description, label: itemLabel(row) }));
  },
  tote: async (_place, { prefix, from, to }) => {
    const count = Math.min(SHEET_MAX, Math.max(0, to - from + 1));
    const digits = String(to).length;
    return Array.from({ length: count }, (_, place) =>
      `${prefix}${String(from + place).padStart(digits, "0")}`)
      .map((code) => ({ key: code, text: word("unit", "tote"), label: { kind: "tote", code } }));
  },
  parcel: async (_place, { sscc }) => ["parcel", "packing_list"].map((kind) => ({
    key: `${sscc} ${t(`desk.labels.${kind}`)}`, text: "", label: { kind, sscc },
  })),
};

function itemLabel({ sku, description, codes }) {
  const known = codes[0];
  const coded = known && /^(\d{8}|\d{12,14})$/.test(known) ? { gtin: known } : { code: known ?? sku };
  return { kind: "item", sku, description, ...coded };
}

/** Give a file to the person. */
function save(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = h("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
