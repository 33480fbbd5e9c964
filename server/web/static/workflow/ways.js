/** The ways out of a state: short, skip, full, damaged, done. */
import { closePlace, SERIAL } from "./counts.js";
import { emit } from "./emitting.js";
import { openLines } from "./lines.js";
import { beginCycle, nextPhase } from "./phases.js";
import { chooseReason, insist } from "./questions.js";
import { answerOf } from "./session.js";
import { asksMore, beginShort } from "./shorts.js";
import { forgetGoods } from "./taking.js";
import { COUNTED, ENDED, ONTO } from "./turn.js";
import { APART } from "./wholes.js";

/** Do what a way says. */
export function runWay(turn, way) {
  DOES[way.does](turn, way);
}

/** End the work, unless something is in the hand; ask if lines are left; note why it ended. */
export function finish(turn, why = "", is_sure = false) {
  if (inHand(turn)) {
    turn.say("wrong.in_hand");
    return;
  }
  const left = turn.now.phase === "cycle" ? openLines(turn).length : 0;
  if (left && !is_sure) {
    const yes = answerOf({ command: "yes", text: "yes", does: "finish", value: why });
    insist(turn, "ask.leave", yes, undefined, { lines: left });
    return;
  }
  forgetGoods(turn);
  if (why) turn.put({ ended: why });
  if (turn.now.phase === "cycle") nextPhase(turn);
  else turn.set({ phase: ENDED, state: ENDED });
  turn.say("note.finished", "note");
}

/** Whether something was scanned that no operation tells of yet. */
function inHand(turn) {
  const is_counted = Object.keys(turn.amounts).some((key) => key.startsWith(COUNTED));
  const unit = turn.slot("unit") && !turn.definition.keeps.includes("unit");
  return Boolean(turn.now.counted || turn.slot("quantity") || unit || is_counted);
}

/** Begin a short with its reason, and go on to the next line if nothing is in the hand. */
export function beginShortOrAsk(turn, reason) {
  beginShort(turn, reason);
  if (!turn.slot("short") || turn.now.question || turn.slot("quantity")) return;
  if (!asksMore(turn)) beginCycle(turn);
}

function skip(turn) {
  if (inHand(turn)) {
    turn.say("wrong.in_hand");
    return;
  }
  turn.set({ skipped: [...turn.now.skipped, ...turn.now.tasks] });
  turn.say("note.skipped", "note");
  beginCycle(turn);
}

function full(turn, { emits, drops, value }) {
  turn.say("note.full", "note");
  emit(turn, emits);
  turn.drop(turn.toteSlot(), ...drops);
  const { line } = turn.now;
  if (value && line?.to && !turn.slot("reason")) turn.put({ reason: value, suggested: line.to });
  if (line?.to && line.next.length) {
    const [to, ...next] = line.next;
    turn.set({ line: { ...line, to, next } });
    turn.say("note.next_place", "note", { place: to });
  } else if (line?.to && line.shipment !== null) {
    // The slot of the shipment: whatever is scanned next is its slot, too.
    turn.set({ line: { ...line, to: "" } });
  }
}

function condition(turn, { value }) {
  if (turn.slot("condition") === value) {
    turn.drop("condition");
    turn.say("note.condition_good", "note");
  } else {
    turn.put({ condition: value });
    turn.say("note.condition", "note", { condition: value });
  }
}

function emitted(turn, { emits, drops }) {
  emit(turn, emits);
  turn.drop(...drops);
  if (turn.definition.tallies) {
    turn.forget(COUNTED);
    turn.forget(SERIAL);
  }
  turn.say("ok", "ok");
}

function pass(turn, { value }) {
  turn.put({ [turn.state.fills]: value });
  turn.say("note.passed", "note");
}

function apart(turn) {
  if (turn.slot(APART)) {
    turn.drop(APART, ONTO);
    turn.say("note.whole", "note");
  } else {
    turn.put({ [APART]: 1 });
    turn.say("note.apart", "note");
  }
}

const DOES = {
  short: (turn, { value }) => (value ? beginShortOrAsk(turn, value) : chooseReason(turn)),
  skip,
  full,
  condition,
  finish: (turn, { value }) => finish(turn, value),
  emit: emitted,
  pass,
  close_place: closePlace,
  apart,
};
