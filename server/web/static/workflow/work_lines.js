/** The lines of each workflow, out of documents: what is planned, and how much of it is open. */
import { read } from "../scanning/scan.js";
import { COUNTS } from "./held.js";
import { lineOf } from "./view.js";

/** A shipment has fewer lines; so one number names shipment and line. */
const POSITIONS_MAX = 10_000;
/** The id of a transfer is its origin times this, plus a number of the origin's. */
const TRANSFERS = 1_000_000_000;
/** Kinds of tasks that ask for goods to be moved. */
const MOVES = ["put_back", "putaway", "replenish", "move", "restock", "quarantine", "repair"];
const LOADED = new Set(["loaded", "delivered", "collected", "returned"]);
const HANDED = new Set(["delivered", "collected"]);
/** On one round there are fewer; so one number names round and currency. */
const CURRENCIES_MAX = 10;

const numbered = (id, position) => id * POSITIONS_MAX + position;
const byDue = (one, other) => one.due - other.due || one.id - other.id;
const tasksOf = (held, kinds) => kinds.flatMap((kind) => held.listed("task", kind)).sort(byDue);

const pickLines = (held, work) => (held.body(`package/${work.package}`)?.package?.lines ?? []).map(lineOf);

function receiveLines(held, { announced }) {
  const found = announced ? held.listed("announced", announced) : [];
  return found.flatMap(({ id, merchant = "", lines }) =>
    lines.map(({ position, quantity, received = 0, sku, unit = "", ...told }) =>
      lineOf({
        task: numbered(id, position),
        quantity: Math.max(0, quantity - received),
        owner: merchant,
        item: sku,
        ...named(told, ["description", "lot", "serial", "expiry"]),
        unit: unit && read(unit).readings[0].sscc,
        whole: unit ? quantity : 0,
      }),
    ),
  );
}

const named = (told, names) =>
  Object.fromEntries(names.filter((name) => name in told).map((name) => [name, told[name]]));

function transferLines(held, { announced }, openOf) {
  const transfer = announced ? held.body(`transfer/${announced}`) : null;
  return (transfer?.lines ?? []).map((line) =>
    lineOf({
      task: numbered(transfer.id % TRANSFERS, line.position),
      quantity: Math.max(0, openOf({ sent: 0, taken: 0, ...line })),
      owner: transfer.merchant ?? "",
      item: line.sku,
      number: transfer.number,
      ...named(line, ["description", "lot"]),
    }),
  );
}

function packLines(held, { shipment }) {
  if (shipment === null) return held.listed("shipment", "").flatMap(toPack);
  const found = held.body(`shipment/${shipment}`);
  return found ? toPack(found) : [];
}

function toPack({ id, merchant = "", number, lines, cartons = [], steps = [] }) {
  const open = steps.filter(({ done = 0, asked }) => done < asked).map(({ step }) => step);
  return lines.map(({ position, quantity, packed, sku, description = "", codes = [], verify }) =>
    lineOf({
      task: numbered(id, position),
      quantity: quantity - packed,
      owner: merchant,
      item: sku,
      description,
      codes: codes.map(({ code }) => code),
      shipment: id,
      number,
      verify: verify ?? "line",
      carton: cartons[0] ?? "",
      steps: open.join(", "),
    }),
  );
}

function sortLines(held) {
  const urgent = (one, other) => one.priority - other.priority || one.id - other.id;
  return held.listed("shipment", "").sort(urgent).flatMap(toSort);
}

function toSort({ id, merchant = "", number, lines, totes = [], wall }) {
  if (!wall) return [];
  return lines.map(({ position, task, quantity, packed, sorted = 0, sku, description = "", codes = [] }) =>
    lineOf({
      task: task || numbered(id, position),
      quantity: Math.max(0, quantity - Math.max(sorted, packed)),
      to: totes.at(-1) ?? "",
      owner: merchant,
      item: sku,
      description,
      codes: codes.map(({ code }) => code),
      shipment: id,
      number,
    }),
  );
}

const loadLines = (held, { round }) =>
  round === null ? [] : parcelLines(held, round, (state) => !LOADED.has(state));

function deliverLines(held, { round, van }) {
  const of_van = van ? held.listed("round", van).map(({ id }) => id) : [];
  const rounds = round === null ? of_van : [round];
  return rounds.flatMap((id) => parcelLines(held, id, (state) => !HANDED.has(state)));
}

/** The parcels of a round in the order of its stops. */
function parcelLines(held, round, isOpen) {
  const stops = new Map(held.listed("stop", `round/${round}`).map((stop) => [stop.id, stop]));
  const lines = held.listed("parcel", `round/${round}`).map((parcel) => {
    const stop = stops.get(parcel.stop ?? 0);
    const line = lineOf({
      task: parcel.id,
      quantity: isOpen(parcel.state) ? 1 : 0,
      unit: parcel.code,
      shipment: parcel.shipment ?? null,
      stop: parcel.stop ?? null,
      number: stop?.number ?? "",
      asks_code: stop?.asks_code,
      check: stop?.check ?? "",
      due: stop?.cash ?? 0,
      currency: stop?.currency ?? "",
    });
    return { sequence: stop?.sequence ?? 0, id: parcel.id, line };
  });
  lines.sort((one, other) => one.sequence - other.sequence || one.id - other.id);
  return lines.map(({ line }) => line);
}

/** The currencies of a round's money. */
function cashLines(held, { round }) {
  const told = held.listed("stop", `round/${round}`).map(({ currency = "" }) => currency).filter(Boolean);
  const currencies = [...new Set(told)].sort().slice(0, CURRENCIES_MAX);
  return currencies.map((currency, at) => lineOf({ task: (round ?? 0) * CURRENCIES_MAX + at, currency }));
}

function countLines(held) {
  return tasksOf(held, COUNTS)
    .filter(({ place }) => place)
    .map(({ id, kind, place, occasion = "", attempt = 1, blind }) =>
      lineOf({
        task: id,
        place,
        occasion,
        // The first recount is the second count of the place.
        attempt: kind === "recount" ? attempt + 1 : 1,
        sight: blind ? "blind" : "",
      }),
    );
}

function moveLines(held, kinds) {
  return tasksOf(held, kinds).map(({ id, quantity, merchant, sku = "", unit = "", ...told }) =>
    lineOf({
      task: id,
      quantity: quantity || 1,
      owner: merchant ?? "",
      item: sku,
      unit: sku ? "" : unit,
      ...named(told, ["place", "lot", "serial", "shipment", "to", "next"]),
    }),
  );
}

/** Kits that are ordered; as many are made as there are parts, so that no units are open. */
function kitLines(held) {
  return tasksOf(held, ["assemble"]).map(({ id, place = "", merchant = "", sku = "" }) =>
    lineOf({ task: id, quantity: 0, place, owner: merchant, item: sku }),
  );
}

const LINES = {
  pick: pickLines,
  pack: packLines,
  sort: sortLines,
  receive: receiveLines,
  load: loadLines,
  deliver: deliverLines,
  hand_over_cash: cashLines,
  count: countLines,
  move: (held) => moveLines(held, MOVES),
  putaway: (held) => moveLines(held, ["putaway"]),
  replenish: (held) => moveLines(held, ["replenish"]),
  kit: kitLines,
  send_transfer: (held, work) => transferLines(held, work, ({ quantity, sent }) => quantity - sent),
  take_transfer: (held, work) => transferLines(held, work, ({ sent, taken }) => sent - taken),
};

/** The lines of a piece of work; workflows that are not listed have none: everything is found by scanning. */
export const linesFor = (held, workflow, work) => LINES[workflow]?.(held, work) ?? [];
