/**
 * Emptied places: whoever takes the last units, by the line, is asked at once what is left.
 *
 * The question stands behind the pick, which is written already. Its answer is a count of that key
 * alone: other goods may stand there as well. Nobody need answer: then the book asks somebody else.
 */
import { write } from "./emitting.js";
import { alike, openLines } from "./lines.js";
import { insist } from "./questions.js";
import { QUANTITY_MAX } from "../device/wire.js";
import { answerOf, questionOf } from "./session.js";

/** Occasion of a count of what is left of a key where it should be gone. */
const EMPTIED = "zero";

/** Ask what is left at the place, if the line says nothing is; tell whether it was asked. */
export function askIfEmptied(turn) {
  if (!turn.definition.options.zero_check || !isLast(turn)) return false;
  askLeft(turn);
  return true;
}

/** Ask what is left at the place. */
export function askLeft(turn) {
  const { place, item, lot } = turn.line;
  const yes = answerOf({ command: "yes", text: "yes", does: "left", value: "0" });
  const skip = answerOf({ command: "skip", text: "skip", does: "left_open" });
  const fields = { place, item, lot };
  turn.ask(questionOf({ key: "ask.emptied", answers: [yes, skip], fields, hard: true, counts: true }));
}

/** Take the number of units that are left; tell whether it was taken. */
export function keyLeft(turn, number) {
  if (number < 0 || number > QUANTITY_MAX) {
    turn.say("wrong.quantity_impossible", "error", { quantity: number });
    return false;
  }
  if (number > turn.definition.options.quantity_asks) {
    const yes = answerOf({ command: "yes", text: "yes", does: "left", value: String(number) });
    const no = answerOf({ command: "no", text: "no", does: "left_again" });
    insist(turn, "ask.quantity_large", yes, no, { quantity: number, expected: 0 });
    return false;
  }
  turn.set({ question: null });
  writeLeft(turn, number);
  return true;
}

/** Write what is left of the line's key at its place. */
export function writeLeft(turn, units) {
  const { place, owner, item, lot } = turn.line;
  const counted = { quantity: units, owner, item, lot };
  write(turn, "count", { place, lines: [counted], occasion: EMPTIED, blind: true });
  turn.say("ok.counted_place", "ok", { place });
}

/** Whether the line at hand is done and was to leave nothing of its key where it stood. */
function isLast(turn) {
  const { line } = turn;
  const is_planned = turn.slot("place") === line.place && !line.planned && !line.wanted;
  const is_same = ["", line.lot].includes(turn.slot("lot")) && !turn.slot("serial") && !line.serial;
  if (line.leaves !== 0 || !is_planned || !is_same) return false;
  return !openLines(turn).some((each) => alike(each, line));
}
