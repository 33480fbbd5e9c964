/** The quantity field: a number is a number, and a scan in it is a scan. */
import { QUANTITY_MAX } from "../device/wire.js";
import { countMore, sameGoods } from "./goods.js";
import { insist } from "./questions.js";
import { answerOf } from "./session.js";

/** A quantity above so many times the expected is asked again. */
const TIMES_MAX = 10;

/** Count one more scan of the goods at hand; tell whether it was one. */
export function countScan(turn, state, found) {
  const same = found.candidates.find((each) => sameGoods(turn, each));
  if (!same) return false;
  const lot = turn.slot("lot") || turn.line.lot;
  if (lot && same.lot && same.lot !== lot) {
    turn.say("wrong.lot", "error", { lot: same.lot, wanted: lot });
    return true;
  }
  countMore(turn, same);
  turn.keepScan(found.scan);
  const expected = turn.expected();
  const { counted } = turn.now;
  if (expected && counted > expected) turn.say("note.over", "note", { counted, expected });
  else turn.say("ok.counted", "ok", { counted });
  if (turn.definition.options.continuous && counted === expected) settle(turn, state, expected);
  return true;
}

/** Take a number that was keyed, in packs if a pack was scanned; ask if it can hardly be. */
export function keyQuantity(turn, state, take, number) {
  const units = number * turn.factor();
  const expected = turn.expected() || Number(turn.slot("book") || 0);
  if (number < 1) turn.say("wrong.quantity_none");
  else if (units > QUANTITY_MAX) turn.say("wrong.quantity_impossible", "error", { quantity: units });
  else if (improbable(turn, units, expected)) ask(turn, "ask.quantity_large", units, expected);
  else if (over(turn, take, units)) ask(turn, "ask.quantity_over", units, turn.expected());
  else settle(turn, state, units);
}

const over = (turn, take, units) =>
  take.other === "ask" && turn.now.tasks.length > 0 && units > turn.expected();

const improbable = (turn, units, expected) =>
  expected ? units > TIMES_MAX * expected : units > turn.definition.options.quantity_asks;

function ask(turn, key, units, expected) {
  const yes = answerOf({ command: "yes", text: "yes", does: "quantity", value: String(units) });
  insist(turn, key, yes, undefined, { quantity: units, expected });
}

/** Hold that the quantity is so many units, told in packs as far as they come out even. */
export function settle(turn, state, units) {
  turn.put({ [state.fills]: units });
  let { packs } = turn.now;
  const { goods } = turn.now;
  if (packs.reduce((sum, { count, factor }) => sum + count * factor, 0) !== units) {
    const is_even = goods && goods.factor > 1 && units % goods.factor === 0;
    packs = is_even ? [{ code: goods.code, count: units / goods.factor, factor: goods.factor }] : [];
  }
  turn.set({ packs });
  turn.say("ok.quantity", "ok", { quantity: units });
}

/** Take the quantity that stands on the screen; tell whether there is one. */
export function confirmShown(turn, state) {
  const shown = turn.shown();
  if (shown < 1 || shown > QUANTITY_MAX) return false;
  if (over(turn, state.takes[0], shown)) ask(turn, "ask.quantity_over", shown, turn.expected());
  else settle(turn, state, shown);
  return true;
}
