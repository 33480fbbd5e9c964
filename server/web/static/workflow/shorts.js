/**
 * Short: one action with a reason, and the next bin offered before the work is sent elsewhere.
 *
 * What is in the hand is put first. Then, if the item is known to stand elsewhere too, the person may
 * fetch the rest there; the empty bin is told all the same, without touching the line. If it stands
 * nowhere else, what its owner lets be taken in its place is offered. A document says where goods stood
 * when the work was cut; what was found empty since, in the same work, is not offered again.
 *
 * States of the cycle that want `short` to be filled ask for more before it is written.
 */
import { stateNamed } from "./definition.js";
import { write } from "./emitting.js";
import { ELSEWHERE, INSTEAD, progress } from "./lines.js";
import { insist } from "./questions.js";
import { answerOf } from "./session.js";

/** Begins the key of a place, and of the item of which nothing was left there. */
const EMPTY = "empty ";
/** It lacks what it needs, so it is not written. */
const NOTHING = { kind: "short_pick", fields: {}, when: [] };
const HERE = answerOf({ command: "no", text: "no", does: "short_here" });

/** Say that what is at hand is all there is. */
export function beginShort(turn, reason) {
  const in_hand = Number(turn.slot("quantity") || turn.now.counted);
  const expected = turn.expected();
  if (in_hand >= expected && expected > 0) {
    turn.say("wrong.not_short", "error", { counted: in_hand });
    return;
  }
  turn.put({ short: reason });
  if (in_hand) {
    turn.put({ quantity: in_hand });
    turn.say("note.short_put", "note", { quantity: in_hand });
  } else if (asksMore(turn)) turn.say("ok", "ok");
  else settleShort(turn);
}

/** Whether something is still to be asked about what is short. */
export function asksMore(turn) {
  const states = turn.definition.cycle.map((name) => stateNamed(turn.definition, name));
  const is_open = ({ when, fills }) => !(fills in turn.now.slots) && turn.holds(when);
  return states.some((state) => state.when.includes("short") && is_open(state));
}

/** Offer the next place for what is missing, or write it as short. */
export function settleShort(turn) {
  const missing = turn.expected() || 1;
  turn.put({ missing });
  const place = turn.line.next.find((each) => mayStand(turn, each, turn.line.item));
  if (place === undefined) {
    offerOther(turn, missing);
    return;
  }
  const yes = answerOf({ command: "yes", text: "yes", does: "elsewhere", value: place });
  insist(turn, "ask.next_place", yes, HERE, { quantity: missing, place });
}

/** Offer what may be taken in place of what is missing, or write it as short. */
function offerOther(turn, missing) {
  const other = turn.line.instead.find((each) => mayStand(turn, each.place, each.item));
  if (!other) {
    writeShort(turn);
    return;
  }
  const { item, description, place } = other;
  const yes = answerOf({ command: "yes", text: "yes", does: "instead", value: item });
  insist(turn, "ask.substitute", yes, HERE, { quantity: missing, item, description, place });
}

/** Write what is missing as short and leave it. */
export function writeShort(turn) {
  const missing = Number(turn.slot("missing"));
  const { line } = turn;
  noteEmpty(turn);
  if (line.wanted) {
    // The empty bin of what was taken in its place is told; short is what was wanted.
    tell(turn, []);
    tell(turn, turn.now.tasks, { source: line.planned, item: line.wanted });
  } else tell(turn, turn.now.tasks);
  progress(turn, missing);
  turn.say("ok.short", "ok", { quantity: missing });
}

/** Tell of what is missing here, and fetch it at another place. */
export function goElsewhere(turn, place) {
  noteEmpty(turn);
  tell(turn, []);
  turn.put(Object.fromEntries(turn.now.tasks.map((task) => [`${ELSEWHERE}${task}`, place])));
  turn.set({ skipped: [] });
}

/** Tell of what is missing here, and take another item in its place. */
export function takeOther(turn, item) {
  noteEmpty(turn);
  tell(turn, []);
  turn.put(Object.fromEntries(turn.now.tasks.map((task) => [`${INSTEAD}${task}`, item])));
  turn.set({ skipped: [] });
}

/** Note that nothing more of the item at hand is to be had where it was sought. */
function noteEmpty(turn) {
  const place = turn.word("place|line.place");
  if (place && turn.line.item) turn.add(`${EMPTY}${place} ${turn.line.item}`, 1);
}

/** Whether nobody in this work has found a place without an item. */
const mayStand = (turn, place, item) => !turn.amount(`${EMPTY}${place} ${item}`);

function tell(turn, tasks, otherwise = {}) {
  const { kind, fields } = turn.definition.short ?? NOTHING;
  const named = Object.entries(fields).map(([name, what]) => [name, turn.value(what)]);
  const values = { ...Object.fromEntries(named), ...otherwise };
  write(turn, kind, "tasks" in values ? { ...values, tasks } : values);
}
