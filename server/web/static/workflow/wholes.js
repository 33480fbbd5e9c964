/**
 * A handling unit that comes whole: one scan writes it and every line that stands under it.
 *
 * What was announced in a unit came with it, all of it, whatever of the same goods came loose. It can
 * come once in a piece of work; where a document says that its lines are full already, that is asked.
 */
import { emit } from "./emitting.js";
import { openLines, openUnits, takeLine } from "./lines.js";
import { confirm } from "./questions.js";
import { answerOf } from "./session.js";
import { forgetGoods, serialKey } from "./taking.js";
import { ONTO } from "./turn.js";

/** The slot that says that units come alone, and their goods are scanned one by one. */
export const APART = "apart";

const linesIn = ({ lines }, code) => lines.filter(({ unit }) => unit === code);

/** Take a unit with all that is announced in it; one that nobody announced comes alone. */
export function takeWhole(turn, state, take, found) {
  const code = found.text;
  const lines = linesIn(turn, code);
  const yes = answerOf({ command: "yes", text: "yes", does: "whole", value: code });
  if (turn.amount(`unit ${code}`)) turn.say("wrong.done", "error", { unit: code });
  else if (!lines.length && turn.lines.length)
    confirm(turn, "ask.unit_unplanned", yes, found.scan, { unit: code });
  else if (lines.length && !lines.some((line) => openUnits(turn, line) > 0))
    confirm(turn, "ask.unit_again", yes, found.scan, { unit: code });
  else bringWhole(turn, code, found.scan);
}

/** Write a unit, and the lines in it unless they are scanned one by one. */
export function bringWhole(turn, code, scan) {
  const [itself, each] = turn.definition.whole;
  const is_apart = Boolean(turn.slot(APART));
  const lines = is_apart ? [] : linesIn(turn, code);
  turn.keepScan(scan);
  turn.put({ unit: code, quantity: 1 });
  emit(turn, [itself]);
  turn.add(`unit ${code}`, 1);
  turn.set({ scans: [] });
  for (const line of lines) {
    takeLine(turn, line);
    turn.put({ quantity: line.whole });
    emit(turn, [each]);
    turn.add(`${line.task}`, line.whole);
    if (line.serial) turn.add(serialKey(line.item, line.serial), 1);
  }
  turn.drop("unit", "quantity", "condition", ONTO);
  if (is_apart) turn.put({ [ONTO]: code });
  forgetGoods(turn);
  takeLine(turn, null);
  turn.set({ cycles: turn.now.cycles + 1 });
  tell(turn, code, lines);
}

function tell(turn, unit, lines) {
  const units = lines.reduce((sum, { whole }) => sum + whole, 0);
  if (lines.length && !openLines(turn).length) turn.say("note.all_done", "note");
  else if (lines.length) turn.say("ok.whole", "ok", { unit, lines: lines.length, units });
  else turn.say(turn.slot(ONTO) ? "ok.unit_apart" : "ok.unit_alone", "ok", { unit });
}
