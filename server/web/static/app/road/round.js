/**
 * A round as it stands: what the documents say, and over it what was done here since.
 *
 * Documents follow when the network does. What this device wrote down is true at once, so the list of
 * stops is right all day without any.
 */

/** How long what was done here is read: a shift; the documents know of what is older. */
const SHIFT_MS = 18 * 3_600_000;
const DONE = {
  ...{ load: "loaded", deliver: "delivered", fail_delivery: "failed", bring_back: "back" },
  ...{ collect: "collected", fail_collection: "uncollected" },
};
/** States of a parcel's document that a person need not tell apart. */
const SAME = { open: "waiting", sealed: "waiting", returned: "back" };

/**
 * The latest that was done with each parcel here, and not taken back.
 * @param {Object[]} lines Lines of the outbox, in order.
 * @returns {Map<string, Object>} By parcel, or stop where none was taken back: state, reason,
 *   next_date, van, stop, and whether it was sent.
 */
export function doneHere(lines, settled, now = Date.now()) {
  const found = new Map();
  for (const { seq, said } of recentOf(lines, now)) {
    const state = DONE[said.kind];
    if (!state) continue;
    const { unit = `stop ${said.stop}`, reason = "", next_date = "", source = "", to = "", stop = null } = said;
    // A failed attempt says no van: the parcel stays in the one in which it was.
    const van = ["loaded", "collected"].includes(state) ? to : (found.get(unit)?.van ?? source);
    const door = stop ?? found.get(unit)?.stop ?? null;
    found.set(unit, { state, reason, next_date, van, stop: door, is_sent: seq <= settled });
  }
  return found;
}

/** What was said here in a shift and not taken back. @returns {{seq: number, said: Object}[]} */
export function recentOf(lines, now = Date.now()) {
  const recent = lines.filter(({ written }) => !written || written > now - SHIFT_MS);
  const told = recent.map((line) => ({ ...line, said: JSON.parse(line.text) }));
  const undone = new Set(told.filter(({ said }) => said.kind === "undo").map(({ said }) => said.seq));
  return told.filter(({ seq }) => !undone.has(seq));
}

/** A parcel of a document as it stands. */
function parcelSeen({ code, state, stop = null }, done) {
  const here = done.get(code);
  const known = SAME[state] ?? state;
  // What the server has is in the documents too, but for tries that failed: the parcel stayed loaded.
  const is_newer = here && (!here.is_sent || (here.state === "failed" && known === "loaded"));
  if (!is_newer) return { code, stop, state: known, reason: "", next_date: "" };
  return { code, stop, state: here.state, reason: here.reason, next_date: here.next_date };
}

/**
 * The stops of a round in their order, each with its parcels and what became of them.
 * @returns {{stop: Object, parcels: Object[], state: string}[]}
 */
export function stopsOf(held, round, done) {
  const parcels = held.listed("parcel", `round/${round}`).map((each) => parcelSeen(each, done));
  const stops = held.listed("stop", `round/${round}`);
  stops.sort((one, other) => one.sequence - other.sequence || one.id - other.id);
  const known = new Set(parcels.map(({ code }) => code));
  return stops.map((stop) => {
    const own = parcels.filter((each) => each.stop === stop.id);
    if (stop.kind !== "collect") return { stop, parcels: own, state: stateOf(own, stop) };
    const here = [...done].filter(([code, each]) => each.stop === stop.id && !known.has(code));
    const all = [...own, ...here.map(([code, each]) => ({ ...each, code: each.state === "uncollected" ? "" : code }))];
    return { stop, parcels: all, state: collectionOf(all, stop) };
  });
}

/** What became of a stop at which something is to be taken back. */
function collectionOf(parcels, { state }) {
  if (parcels.some((each) => ["collected", "back"].includes(each.state))) return "collected";
  if (state === "planned") return parcels.length ? "failed" : "open";
  return state;
}

/** What became of a stop: `open` while somebody has to go there. */
function stateOf(parcels, { state }) {
  if (!parcels.length) return state === "planned" ? "open" : state;
  if (parcels.some((each) => ["waiting", "loaded"].includes(each.state))) return "open";
  const delivered = parcels.filter((each) => each.state === "delivered").length;
  return delivered === parcels.length ? "delivered" : delivered ? "partly" : "failed";
}

/**
 * What is to be accounted for at the end: each parcel of the rounds, and what this device has in its
 * van of rounds that the server has closed already.
 * @returns {Object<string, Object[]>} Parcels by state.
 */
export function accountOf(held, rounds, done) {
  const documents = rounds.flatMap(({ id }) => held.listed("parcel", `round/${id}`));
  const seen = documents.map((each) => parcelSeen(each, done));
  const known = new Set(seen.map(({ code }) => code));
  const unknown = [...done].filter(([code, { state }]) => !known.has(code) && state !== "uncollected");
  const others = unknown.map(([code, each]) => ({ code, stop: null, ...each }));
  const by_state = {};
  for (const each of [...seen, ...others]) (by_state[each.state] ??= []).push(each);
  return by_state;
}

/** Parcels that are still in a van: nobody goes home before each of them is brought back. */
export const inVan = ({ loaded = [], failed = [], collected = [] }) => [...loaded, ...failed, ...collected];
