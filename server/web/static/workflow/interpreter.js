/**
 * The interpreter: from a definition, a session and one input to the next session.
 *
 * A pure function of what it is given: no clock, no input or output, nothing kept. Inputs are taken
 * in the order in which they came, so scans may queue while a screen draws. Whatever comes is
 * answered: a state takes it, or says why not and stays.
 */
import { equal } from "../equal.js";
import { answer, answerNumber, badge, undo } from "./answering.js";
import { find } from "./finding.js";
import { takeGoods } from "./goods.js";
import { goOn } from "./phases.js";
import { promptOf } from "./prompting.js";
import { confirmShown, countScan, keyQuantity } from "./quantities.js";
import { NOW, UNDO_MAX } from "./session.js";
import { fill, takeBegun, takePlace, takeText, takeTote, takeUnit } from "./taking.js";
import { ENDED, Turn } from "./turn.js";
import { workOf } from "./view.js";
import { finish, runWay } from "./ways.js";
import { takeWhole } from "./wholes.js";

const TAKERS = {
  ...{ place: takePlace, unit: takeUnit, tote: takeTote, goods: takeGoods, lot: takeText },
  ...{ serial: takeText, expiry: takeText, text: takeText, number: takeText },
  ...{ begun: takeBegun, whole: takeWhole },
};
/** What may be written in plain characters. */
const TEXTUAL = new Set(["lot", "serial", "expiry", "text", "number"]);
/** Questions about a scan that plainly is what follows the quantity. */
const FITTING = new Set(["ask.tote_begun", "ask.emptied"]);
const UNREADABLE = {
  empty: "unreadable.empty",
  too_long: "unreadable.too_long",
  unknown_command: "unreadable.command",
};

/**
 * Begin a piece of work.
 * @returns {{session: Object, operations: Object[], prompt: Object, feedback: Object}}
 */
export function begin(definition, work, actor, view, { at = 0, boot = 0 } = {}) {
  const { name: workflow, version } = definition;
  const kept = { amounts: {}, history: [], parked: false };
  const session = { workflow, version, actor, work: workOf(work), now: NOW, boot, ...kept };
  const turn = new Turn(definition, session, view, at, boot);
  goOn(turn);
  return stepOf(turn, false);
}

/**
 * Take one input; never throws.
 * @param {Object} given A scan (`scanned`, `symbology`, `entry`), a key (`command`) or a `quantity`;
 *   `at` is the device's monotonic clock in milliseconds, counted from its `boot`.
 */
export function step(definition, session, given, view) {
  const turn = new Turn(definition, session, view, given.at, given.boot);
  if (session.parked) return parked(turn, given);
  const is_known = definition.states.some(({ name }) => name === turn.now.state);
  // The definition was changed while the session slept: ask what it asks now.
  if (turn.now.phase !== ENDED && !is_known) goOn(turn);
  let is_undo = false;
  if (given.scanned) {
    turn.beside = given.scans ?? [];
    is_undo = takeScan(turn, given);
  } else if (given.command !== undefined) is_undo = takeCommand(turn, given.command);
  else takeNumber(turn, given.quantity);
  return stepOf(turn, !is_undo);
}

/** What a session shows, to draw its screen again. */
export const show = (definition, session, view) =>
  promptOf(new Turn(definition, session, view, 0, session.boot));

/** Take a scan; tell whether it was an undo. */
function takeScan(turn, given) {
  const found = find(turn, given);
  if (found.command) return takeCommand(turn, found.command);
  if (!found.kinds.length) turn.say(UNREADABLE[found.fault] ?? "unreadable.text");
  else if (found.kinds[0] === "badge") {
    if (!takeBadge(turn, found)) badge(turn, found.text);
    goOn(turn);
  } else if (turn.now.question?.hard) turn.say("answer_first");
  else if (turn.now.phase === ENDED) turn.say("wrong.ended");
  else {
    turn.set({ question: null });
    offer(turn, found);
  }
  return false;
}

/** Take another person's badge where the state asks for one; tell whether it does. */
function takeBadge(turn, found) {
  const { question, phase } = turn.now;
  const takes = question || phase === ENDED ? [] : turn.state.takes;
  const take = takes.find(({ what, when }) => what === "badge" && turn.holds(when));
  if (!take) return false;
  const seen = turn.view.badge(found.text);
  if (seen?.grant && seen.grant === turn.session.actor) turn.say("note.own_badge", "note", { name: seen.name });
  else fill(turn, turn.state, take, found, found.text);
  return true;
}

/** Give a scan to the state; in the quantity field it may also be what comes next. */
function offer(turn, found) {
  const { state } = turn;
  const taker = state.takes.find((take) => mayBe(turn, take, found) && turn.holds(take.when));
  if (taker) {
    TAKERS[taker.what](turn, state, taker, found);
    goOn(turn);
  } else if (state.takes.some(({ what }) => what === "quantity")) inQuantity(turn, state, found);
  else turn.say(`expected.${state.takes[0].what}`, "error", { scanned: found.text });
}

function mayBe(turn, take, { kinds, text, readings }) {
  const has = (kind) => kinds.includes(kind);
  const is_plain = has("text");
  // A text that no document knows may be taken where that is said.
  const is_unnamed = take.unknown !== "refuse" && kinds.length === 1 && is_plain;
  const is_wanted = is_plain && (text === turn.word(take.wants) || is_unnamed);
  switch (take.what) {
    case "place":
      return has("place") || is_wanted;
    case "unit":
      return has("unit") || is_wanted;
    case "whole":
      return Boolean(readings[0]?.sscc);
    case "begun":
      return has("unit");
    case "tote":
      return has("unit") || (take.kinds.length > 0 && has("place"));
    case "goods":
      return has("goods") || (is_plain && (turn.line.codes.includes(text) || is_unnamed));
    default:
      return is_plain && TEXTUAL.has(take.what);
  }
}

function inQuantity(turn, state, found) {
  if (countScan(turn, state, found)) {
    goOn(turn);
    return;
  }
  const { now, amounts, operations: { length } } = turn;
  const before = { ...turn.before };
  if (!confirmShown(turn, state)) {
    turn.say("expected.quantity", "error", { scanned: found.text });
    return;
  }
  if (turn.now.question) return;
  goOn(turn);
  turn.feedback = null;
  if (turn.now.phase !== ENDED && !turn.now.question) offer(turn, found);
  const { tone } = turn;
  if (["", "error", "ask"].includes(tone) && !FITTING.has(turn.now.question?.key)) {
    // It does not plainly fit what follows either, so nothing was confirmed by it.
    Object.assign(turn, { now, amounts, before });
    turn.operations.length = length;
    if (tone !== "error") turn.say("expected.quantity", "error", { scanned: found.text });
  }
}

/** Take a number that was keyed. */
function takeNumber(turn, quantity) {
  const state = turn.now.phase === ENDED ? null : turn.state;
  const taker = state?.takes.find(({ what }) => what === "quantity");
  if (answerNumber(turn, quantity)) goOn(turn);
  else if (!taker) turn.say("wrong.number");
  else {
    keyQuantity(turn, state, taker, quantity);
    goOn(turn);
  }
}

/** Do what a key or command code asks for; tell whether it was an undo. */
function takeCommand(turn, command) {
  if (command === "undo") {
    undo(turn);
    return true;
  }
  if (command === "help") help(turn);
  else if (answer(turn, command)) goOn(turn);
  else if (turn.now.phase === ENDED) turn.say("wrong.ended");
  else {
    ownWay(turn, command);
    goOn(turn);
  }
  return false;
}

function ownWay(turn, command) {
  const { state } = turn;
  const [take] = state.takes;
  const way = turn.ways().find((each) => each.command === command);
  const choice = /^[1-9]$/.test(command) ? take.choices[Number(command) - 1] : undefined;
  if (take.what === "quantity" && ["done", "yes"].includes(command)) {
    if (!confirmShown(turn, state)) turn.say("wrong.quantity_none");
  } else if (choice) {
    turn.put({ [state.fills]: choice.value });
    turn.say("ok", "ok");
  } else if (way) runWay(turn, way);
  else if (command === "done") finish(turn);
  else turn.say("wrong.way", "error", { command });
}

function help(turn) {
  if (turn.now.question) turn.say("help.question", "note");
  else if (turn.now.phase === ENDED) turn.say("help.ended", "note");
  else turn.say(`help.${turn.state.takes[0].what}`, "note");
}

/** Wait for a badge; whoever shows one goes on at the very step. */
function parked(turn, given) {
  const found = given.scanned ? find(turn, given) : null;
  const seen = found?.kinds[0] === "badge" ? turn.view.badge(found.text) : null;
  if (!seen) turn.say("wrong.parked");
  else {
    turn.session = { ...turn.session, parked: false, actor: seen.grant };
    turn.say("note.resumed", "note", { name: seen.name });
  }
  return stepOf(turn, false);
}

function stepOf(turn, is_framed) {
  const { session, now, amounts, boot } = turn;
  const is_changed = turn.operations.length > 0 || !equal(amounts, session.amounts);
  const history = is_framed ? framed(turn, is_changed) : session.history;
  turn.session = { ...session, now, amounts, boot, history };
  return {
    session: turn.session,
    operations: turn.operations,
    prompt: promptOf(turn),
    feedback: turn.feedback ?? { key: "ok", fields: {}, tone: "ok" },
  };
}

function framed(turn, is_changed) {
  const { session: { now, history } } = turn;
  const last = history.at(-1);
  const plain = { now: turn.now, amounts: {}, operations: 0, written: [] };
  // A question was put away: there is nothing left that could be taken back.
  if (!is_changed && last && equal(last, plain)) return history.slice(0, -1);
  const is_same = equal(turn.now, now) || equal(turn.now, { ...now, question: null });
  return is_changed || !is_same ? [...history, turn.frame()].slice(-UNDO_MAX) : history;
}
