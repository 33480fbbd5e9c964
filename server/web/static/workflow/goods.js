/** Taking goods: what a scan means, whether it is what is wanted, and what it adds. */
import { keyOf } from "../equal.js";
import { choose } from "../scanning/choice.js";
import { orderOf, stateNamed } from "./definition.js";
import { match } from "./lines.js";
import { chooseGoods, confirm, YES } from "./questions.js";
import { serialUsed, slotsFor } from "./taking.js";
import { ONTO } from "./turn.js";
import { meaningOf } from "./view.js";

/** Begins the slot that tells what a pack of a factor is called. */
export const LEVEL = "level ";
/** The slot of the place from which goods are moved. */
const SOURCE = "source";

/** Take goods, or ask which of several are meant. */
export function takeGoods(turn, state, take, found) {
  const known = found.candidates.filter(({ meaning }) => meaning);
  const meant = known.length ? known : found.candidates.map((each) => byLine(turn, each));
  const { candidates, chosen } = choose(
    distinct(turn, meant),
    (each) => inTask(turn, each),
    (each) => atPlace(turn, each),
  );
  if (!chosen || (found.asks && matters(turn, chosen))) chooseGoods(turn, candidates, found.scan);
  else consider(turn, state, take, chosen, found.scan);
}

/** Take one meaning of a scan, unless it is not what is wanted. */
export function consider(turn, state, take, candidate, scan, waived = []) {
  if (!candidate.meaning && take.unknown === "refuse") {
    turn.say("unknown.goods", "error", { code: candidate.code });
    return;
  }
  if (!candidate.meaning && !waived.includes("ask.goods_unknown")) {
    doubt(turn, candidate, scan, waived, "ask.goods_unknown");
    return;
  }
  if (turn.definition.plan === "led") {
    const wrong = wrongFor(candidate, turn.line);
    if (wrong) {
      const fields = { code: candidate.code, item: nameOf(candidate), wanted: turn.line.item };
      turn.say(wrong, "error", fields);
      return;
    }
  } else if (!planned(turn, take, candidate)) {
    turn.say("wrong.unplanned", "error", { item: nameOf(candidate) });
    return;
  }
  if (candidate.serial && serialUsed(turn, take, candidate.meaning, candidate.serial)) {
    turn.say("wrong.serial_used", "error", { serial: candidate.serial });
    return;
  }
  const key = doubtOf(turn, candidate, waived);
  if (key) doubt(turn, candidate, scan, waived, key);
  else hold(turn, state, take, candidate, scan);
}

/**
 * Have goods at hand: count what was scanned and note what the label says.
 *
 * Where a slot is named, only item and owner are put there, and what is at hand stays; it must be
 * the same owner's.
 */
function hold(turn, state, take, candidate, scan) {
  const meaning = candidate.meaning ?? meaningOf({ code: candidate.code });
  if (take.into) {
    const owner = turn.now.goods?.owner;
    if (owner && owner !== meaning.owner) {
      turn.say("wrong.owner", "error", { item: meaning.item });
      return;
    }
    turn.put({ ...slotsFor(state, take, meaning.item), [`${take.into}_owner`]: meaning.owner });
    turn.keepScan(scan);
    turn.say("ok", "ok");
    return;
  }
  turn.put(slotsFor(state, take, candidate.code));
  turn.set({ goods: meaning });
  for (const name of ["lot", "serial", "expiry"]) {
    const said = candidate[name];
    if (said && said !== (turn.line[name] ?? "") && wants(turn, candidate, name)) turn.put({ [name]: said });
  }
  countMore(turn, candidate);
  if (turn.slot("serial")) turn.put({ quantity: 1 });
  if (turn.definition.tallies) turn.put({ book: turn.isBlind ? 0 : booked(turn, meaning) });
  turn.keepScan(scan);
  const is_unplanned = turn.definition.plan === "matched" && !turn.now.line;
  if (is_unplanned && turn.lines.length)
    turn.say("note.unplanned", "note", { item: meaning.item || meaning.code });
  else turn.say("ok", "ok");
}

/** Add what one more scan of the goods counts, by the code of its pack. */
export function countMore(turn, { code, meaning, units }) {
  const factor = meaning?.factor ?? 1;
  const count = Math.max(1, Math.floor(units / factor));
  const packs = turn.now.packs.map((pack) => ({ ...pack }));
  const pack = packs.find((each) => each.code === code && each.factor === factor);
  if (pack) pack.count += count;
  else packs.push({ code, count, factor });
  if (meaning) turn.put({ [`${LEVEL}${factor}`]: meaning.level });
  turn.set({ packs, counted: turn.now.counted + units });
}

/** Whether a scan means the goods that are at hand already. */
export function sameGoods(turn, { code, meaning }) {
  const goods = turn.now.goods ?? meaningOf({ code: "" });
  if (!meaning || !goods.item) return code === goods.code;
  return meaning.owner === goods.owner && meaning.item === goods.item;
}

/** Leave out what differs only in details that nobody asks for. */
function distinct(turn, candidates) {
  const kept = new Map();
  for (const each of candidates) {
    const details = matters(turn, each) ? [each.lot, each.serial, each.expiry] : [];
    const key = keyOf([each.meaning ?? each.code, ...details]);
    if (!kept.has(key)) kept.set(key, each);
  }
  return [...kept.values()];
}

/** Whether lot, serial or expiry of a candidate make a difference. */
function matters({ line }, { meaning }) {
  if (!meaning || line.lot || line.serial) return true;
  const { lot_capture, serial_capture, expiry_capture } = meaning;
  return [lot_capture, serial_capture, expiry_capture].some((capture) => capture !== "never");
}

/** Take the meaning from the line, whose codes came with the work. */
function byLine({ line }, candidate) {
  const { code } = candidate;
  if (!line.codes.includes(code)) return candidate;
  const { owner, item, description } = line;
  return { ...candidate, meaning: meaningOf({ code, owner, item, description }) };
}

/**
 * Whether what a label says besides the item is to be told; else the scan alone says it.
 *
 * Where nobody tells lots apart, a lot on the label must not make goods differ from their like.
 */
function wants(turn, { meaning }, name) {
  const { lot, serial } = turn.line;
  if (!meaning || { lot, serial }[name]) return true;
  const states = orderOf(turn.definition, "cycle").map((each) => stateNamed(turn.definition, each));
  return states.some(({ fills, when }) => fills === name && turn.holds(when));
}

function booked(turn, { owner, item }) {
  const stood = turn.view.stood(turn.slot("place")) ?? [];
  const own = stood.filter((each) => each.owner === owner && each.item === item);
  return own.reduce((sum, { quantity }) => sum + quantity, 0);
}

const inTask = (turn, candidate) =>
  (turn.now.line ? [turn.now.line] : turn.lines).some((line) => fits(candidate, line));

function atPlace(turn, candidate) {
  const stood = turn.view.stood(turn.slot("place") || turn.slot("source")) ?? [];
  return stood.some(({ owner, item }) => isItem(candidate, owner, item));
}

const isItem = ({ meaning }, owner, item) => meaning?.owner === owner && meaning.item === item;

function fits(candidate, line) {
  const agrees = (name) => !(line[name] && candidate[name]) || line[name] === candidate[name];
  return isItem(candidate, line.owner, line.item) && agrees("lot") && agrees("serial");
}

function wrongFor(candidate, { owner, item }) {
  if (isItem(candidate, owner, item)) return "";
  return candidate.meaning?.item === item ? "wrong.owner" : "wrong.goods";
}

/** Find the line of the goods; tell whether they may go on with it or without one. */
function planned(turn, take, candidate) {
  if (turn.definition.plan === "free") return true;
  const onto = turn.slot(ONTO);
  const source = turn.slot(SOURCE);
  // Goods that are to be moved from somewhere else are others.
  const here = ({ place }) => !(source && place) || place === source;
  // What stands on a unit of its own is not what comes loose, as long as both are announced.
  const found =
    match(turn, (line) => line.unit === onto && here(line) && fits(candidate, line)) ??
    match(turn, (line) => here(line) && fits(candidate, line)) ??
    match(turn, (line) => here(line) && isItem(candidate, line.owner, line.item));
  return found !== null || take.unplanned !== "refuse";
}

function doubtOf({ line, view }, { lot, serial, expiry }, waived) {
  const today = view.today();
  const doubts = {
    "ask.other_lot": line.lot && lot && lot !== line.lot,
    "ask.other_serial": line.serial && serial && serial !== line.serial,
    "ask.expired": expiry && today && expiry < today,
  };
  return Object.keys(doubts).find((key) => doubts[key] && !waived.includes(key)) ?? "";
}

function doubt(turn, candidate, scan, waived, key) {
  const { code, lot, serial, expiry } = candidate;
  const wanted = key === "ask.other_serial" ? turn.line.serial : turn.line.lot;
  const yes = { ...YES, candidate, waived: [...waived, key] };
  confirm(turn, key, yes, scan, { code, item: nameOf(candidate), lot, serial, expiry, wanted });
}

const nameOf = ({ code, meaning }) => (meaning ? meaning.item : code);
