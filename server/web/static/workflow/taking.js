/** Taking a scan where it fits: places, units, totes, lots, serials, dates and texts. */
import { SERIAL, unitKey } from "./counts.js";
import { write } from "./emitting.js";
import { match, openUnits } from "./lines.js";
import { confirm, YES } from "./questions.js";
import { answerOf, questionOf } from "./session.js";
import { GOING, SHARED, TOTE } from "./turn.js";

const TEXT_CHARACTERS_MAX = 60;
/** What nobody can tell from the code of something else unless it was keyed. */
const KEYED = new Set(["text", "number"]);

/** Put a value where the state wants it, and keep its scan. */
export function fill(turn, state, take, found, value) {
  turn.put(slotsFor(state, take, value));
  turn.keepScan(found.scan);
  turn.say("ok", "ok");
}

/** The slots that a value fills: that of the state, and the taker's own. */
export const slotsFor = (state, take, value) => ({
  [state.fills]: value,
  [take.into || state.fills]: value,
});

/** Take a place, if it is the one that is wanted. */
export function takePlace(turn, state, take, found) {
  const code = found.text;
  const seen = turn.view.place(code);
  const kind = seen?.kind ?? found.own;
  const wanted = String(turn.word(take.wants));
  if (take.kinds.length && kind && !take.kinds.includes(kind))
    turn.say("wrong.kind", "error", { place: code });
  else if (take.unlike && code === turn.value(take.unlike))
    turn.say("wrong.same", "error", { place: code });
  else if (!seen && !found.own && code !== wanted) askPlace(turn, state, take, found, "ask.place_unknown");
  else if (wanted && code !== wanted) otherPlace(turn, state, take, found, wanted);
  else if (seen && seen.state !== "open") askPlace(turn, state, take, found, "ask.place_closed");
  else {
    fill(turn, state, take, found, code);
    warn(turn, code);
  }
}

/** Say that a count is open at a place that was just taken, if one is. */
function warn(turn, place) {
  if (turn.warnsOf(place)) turn.say("warn.count", "warn", { place });
}

function askPlace(turn, state, take, found, key) {
  const wanted = turn.word(take.wants);
  const suggested = wanted && wanted !== found.text ? { suggested: suggestedFor(turn, wanted) } : {};
  const sets = { ...slotsFor(state, take, found.text), ...suggested };
  confirm(turn, key, { ...YES, sets }, found.scan, { place: found.text });
}

function otherPlace(turn, state, take, found, wanted) {
  const code = found.text;
  const fields = { place: code, wanted };
  if (take.other === "refuse") turn.say("wrong.place", "error", fields);
  else if (take.other === "accept") {
    turn.put({ suggested: suggestedFor(turn, wanted) });
    fill(turn, state, take, found, code);
    turn.say("note.other_place", "note", fields);
    warn(turn, code);
  } else {
    const sets = { ...slotsFor(state, take, code), suggested: suggestedFor(turn, wanted) };
    confirm(turn, "ask.other_place", { ...YES, sets }, found.scan, fields);
  }
}

/** What another place is taken instead of: the one that was found full, if one was. */
const suggestedFor = (turn, wanted) => (turn.slot("reason") ? turn.slot("suggested") : String(wanted));

/** Take a handling unit: the one of a line, if the work has lines of units. */
export function takeUnit(turn, state, take, found) {
  const code = found.text;
  const seen = turn.view.unit(code);
  const wanted = turn.word(take.wants);
  if (wanted && code !== wanted) turn.say("wrong.unit", "error", { unit: code, wanted });
  else if (take.unlike && code === turn.value(take.unlike))
    turn.say("wrong.same", "error", { place: code });
  else if (take.open_only && seen && seen.state !== "open")
    turn.say("wrong.closed", "error", { unit: code });
  else if (take.into === "unit" && unitDone(turn, take, code))
    turn.say("wrong.done", "error", { unit: code });
  else unitOfLine(turn, state, take, found, seen);
}

/** Whether this very unit was done already, with a line or without. */
function unitDone(turn, take, code) {
  if (turn.definition.tallies) return turn.amount(unitKey(code)) > 0;
  if (take.unplanned === "accept") return false;
  const lines = turn.lines.filter(({ unit }) => unit === code);
  if (lines.length) return lines.every((line) => openUnits(turn, line) <= 0);
  return turn.amount(`unit ${code}`) > 0;
}

function unitOfLine(turn, state, take, found, seen) {
  const code = found.text;
  let is_unknown = !seen && !found.kinds.includes("unit") && take.unknown === "ask";
  if (turn.definition.plan === "matched" && take.into === "unit") {
    const planned = match(turn, ({ unit }) => unit === code);
    is_unknown = !planned && (is_unknown || take.unplanned === "ask");
  }
  if (is_unknown) {
    const yes = { ...YES, sets: slotsFor(state, take, code) };
    confirm(turn, "ask.unit_unplanned", yes, found.scan, { unit: code });
    return;
  }
  if (seen && seen.shipment !== null) turn.put({ shipment: seen.shipment });
  if (seen?.place) turn.put({ stood: seen.place });
  fill(turn, state, take, found, code);
}

/** Take the tote of the line's shipment, or an empty one to be its tote from now on. */
export function takeTote(turn, state, take, found) {
  const code = found.text;
  const [wanted, seen] = [turn.slot(turn.toteSlot()) || turn.line.to, turn.view.unit(code)];
  if (take.unlike && code === turn.value(take.unlike)) {
    turn.say("wrong.same", "error", { place: code });
  } else if (wanted && code !== wanted) {
    turn.say("wrong.tote", "error", { unit: code, wanted });
  } else if (wanted || newTote(turn, state, take, found, seen)) {
    fill(turn, state, take, found, code);
  }
}

/** Take a tote that came from another zone before its goods; the state goes on asking. */
export function takeBegun(turn, state, take, found) {
  const code = found.text;
  const seen = turn.view.unit(code);
  if (turn.amount(`${TOTE}${code}`) || boundElsewhere(seen, shipmentOf(turn)))
    turn.say("wrong.tote_taken", "error", { unit: code });
  else if (seen && seen.state !== "open") turn.say("wrong.closed", "error", { unit: code });
  else if (begun(turn, seen)) {
    keepTote(turn, code);
    turn.say("ok", "ok");
  } else {
    const yes = answerOf({ command: "yes", text: "yes", does: "tote_on", value: code });
    confirm(turn, "ask.tote_begun", yes, found.scan, { unit: code, number: turn.line.number });
  }
}

/** Have a tote for the shipment, if it will do; tell whether nothing hinders it. */
function newTote(turn, state, take, found, seen) {
  const code = found.text;
  // A tote that was started is not empty any more: starting it again would count it as such.
  if (turn.amount(`${TOTE}${code}`) || boundElsewhere(seen, shipmentOf(turn))) {
    turn.say("wrong.tote_taken", "error", { unit: code });
  } else if (seen && seen.state !== "open") {
    turn.say("wrong.closed", "error", { unit: code });
  } else if (found.kinds.includes("place")) {
    takeSlot(turn, take, code);
  } else if (begun(turn, seen)) {
    keepTote(turn, code);
  } else if (turn.line.spans && !SHARED.has(turn.work.mode)) {
    askBegun(turn, state, take, found);
  } else {
    startTote(turn, code, true);
  }
  return !turn.tone;
}

/** Have a tote as the shipment's from now on; one that is not empty is only bound to it. */
export function startTote(turn, code, is_empty) {
  keepTote(turn, code);
  write(turn, is_empty ? "start_tote" : "bind", { unit: code, shipment: shipmentOf(turn) });
}

function keepTote(turn, code) {
  turn.put({ [turn.toteSlot()]: code });
  turn.add(`${TOTE}${code}`, 1);
  if (turn.line.then) turn.put({ [`${GOING}${code}`]: turn.line.then });
}

/** Take a location as the slot of the shipment, if it is one of the kinds that will do. */
function takeSlot(turn, take, code) {
  const seen = turn.view.place(code);
  if (seen && take.kinds.includes(seen.kind)) keepTote(turn, code);
  else turn.say("wrong.kind", "error", { place: code });
}

/** Ask whether the tote comes from another zone with goods of the shipment in it. */
function askBegun(turn, state, take, found) {
  const [sets, value] = [slotsFor(state, take, found.text), found.text];
  const yes = answerOf({ command: "yes", text: "yes", sets, does: "tote_on", value });
  const no = answerOf({ command: "no", text: "no", sets, does: "tote_new", value });
  const fields = { unit: value, number: turn.line.number };
  turn.ask(questionOf({ key: "ask.tote_begun", answers: [yes, no], fields, scan: found.scan }));
}

/** Whether a tote is known to be the shipment's already. */
function begun(turn, seen) {
  const shipment = shipmentOf(turn);
  return Boolean(seen) && shipment !== null && seen.shipment === shipment;
}

const shipmentOf = (turn) => (SHARED.has(turn.work.mode) ? null : turn.line.shipment);
const boundElsewhere = (seen, shipment) =>
  Boolean(seen) && seen.shipment !== null && seen.shipment !== shipment;

/** Take a lot, a serial or a date, whether a label says so or it stands there as plain text. */
export function takeText(turn, state, take, found) {
  const value = written(take, found);
  if (!value || value.length > TEXT_CHARACTERS_MAX) {
    turn.say(`expected.${take.what}`, "error", { scanned: found.text });
  } else if (take.what === "serial" && serialUsed(turn, take, turn.now.goods, value)) {
    turn.say("wrong.serial_used", "error", { serial: value });
  } else {
    if (take.what === "serial") turn.put({ quantity: 1 });
    fill(turn, state, take, found, value);
  }
}

/** What a label says of it, or what was scanned or keyed as it is; empty if neither. */
function written({ what }, found) {
  const [said] = found.readings;
  let value = said && !KEYED.has(what) ? String(said[what] ?? "") : "";
  const is_plain = said && ["plain", "gtin"].includes(said.kind);
  const is_known = found.candidates.some(({ meaning }) => meaning);
  if (!value && is_plain && !is_known && ["text", "goods"].includes(found.kinds[0])) value = found.text;
  if (what === "expiry") return dateOf(value);
  if (KEYED.has(what) && found.scan.entry !== "keyed") return "";
  return what === "number" && !/^\d{1,15}$/.test(value) ? "" : value;
}

/** Whether a serial of some goods was used before, here or elsewhere, and may not be. */
export function serialUsed(turn, take, goods, serial) {
  if (!take.fresh) return false;
  const { owner, item } = goods ?? { owner: "", item: "" };
  if (turn.amount(serialKey(item, serial))) return true;
  return take.fresh === "everywhere" && turn.view.serialUsed(owner, item, serial);
}

/** The key under which a serial is noted as used. */
export const serialKey = (item, serial) => `${SERIAL}${item} ${serial}`;

function dateOf(text) {
  const found = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(text);
  if (!found) return "";
  const told = `${found[1]}-${found[2]}-${found[3]}`;
  const day = new Date(`${told}T00:00:00Z`);
  const is_day = !Number.isNaN(day.getTime()) && found[1] !== "0000";
  return is_day && day.toISOString().startsWith(told) ? told : "";
}

/** Lay what is at hand down: goods, packs and scans. */
export function forgetGoods(turn) {
  turn.set({ goods: null, packs: [], counted: 0, scans: [], began: null, approved_by: "" });
}
