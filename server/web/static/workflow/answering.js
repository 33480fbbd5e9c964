/** Answers to questions, badges, and taking back. */
import { recount, writeCount } from "./counts.js";
import { writeUndo } from "./emitting.js";
import { askLeft, keyLeft, writeLeft } from "./emptied.js";
import { consider } from "./goods.js";
import { beginCycle } from "./phases.js";
import { settle } from "./quantities.js";
import { goElsewhere, takeOther, writeShort } from "./shorts.js";
import { startTote } from "./taking.js";
import { beginShortOrAsk, finish } from "./ways.js";
import { bringWhole } from "./wholes.js";

/**
 * Take a command as an answer; a soft question that it does not answer is dropped.
 *
 * Tells whether the command was used up by the question.
 */
export function answer(turn, command) {
  const { question } = turn.now;
  const chosen = question?.answers.find((each) => each.command === command);
  if (!chosen) {
    if (question?.hard) {
      turn.say("answer_first");
      return true;
    }
    turn.set({ question: null });
    return false;
  }
  if (command !== "no" && turn.definition.options.approvals.includes(question.key))
    turn.say("wrong.approval");
  else take(turn, question, chosen);
  return true;
}

/** Take a number that was keyed as an answer; tell whether a question stood there for it. */
export function answerNumber(turn, number) {
  const { question } = turn.now;
  if (!question) return false;
  if (!question.counts) turn.say("answer_first");
  else if (keyLeft(turn, number)) beginCycle(turn);
  return true;
}

function take(turn, question, chosen) {
  turn.set({ question: null });
  turn.say(chosen.command === "no" ? "ok.no" : "ok", "ok");
  if (Object.keys(chosen.sets).length) {
    turn.put(chosen.sets);
    turn.keepScan(question.scan);
  }
  if (chosen.candidate) {
    const taker = turn.state.takes.find(({ what }) => what === "goods");
    consider(turn, turn.state, taker, chosen.candidate, question.scan, chosen.waived);
  }
  if (!chosen.does) return;
  (DOES[chosen.does] ?? DOES.finish)(turn, chosen.value, question.scan);
  if (ENDS_CYCLE.has(chosen.does)) beginCycle(turn);
}

/** What leaves nothing more to be asked of the line or place at hand. */
const ENDS_CYCLE = new Set(["short_here", "elsewhere", "instead", "close", "left", "left_open"]);

const DOES = {
  quantity: (turn, value) => settle(turn, turn.state, Number(value)),
  short: beginShortOrAsk,
  short_here: writeShort,
  elsewhere: goElsewhere,
  instead: takeOther,
  tote_on: (turn, value) => startTote(turn, value, false),
  tote_new: (turn, value) => startTote(turn, value, true),
  left: (turn, value) => writeLeft(turn, Number(value)),
  left_open: (turn) => turn.say("note.passed", "note"),
  left_again: askLeft,
  close: writeCount,
  recount,
  whole: bringWhole,
  finish: (turn, value) => finish(turn, value, true),
};

/** Approve what waits for a supervisor, or park the work for another person. */
export function badge(turn, code) {
  const seen = turn.view.badge(code);
  const { question } = turn.now;
  const approves = question && turn.definition.options.approvals.includes(question.key);
  if (!seen) turn.say("unknown.badge");
  else if (seen.grant === turn.session.actor) turn.say("note.own_badge", "note", { name: seen.name });
  else if (approves && seen.supervisor) {
    turn.set({ approved_by: seen.grant });
    take(turn, question, question.answers[0]);
  } else {
    turn.session = { ...turn.session, parked: true };
    turn.say("note.parked", "note", { name: seen.name });
  }
}

/** Take the last input back that changed anything, with the operations that it wrote. */
export function undo(turn) {
  const { history } = turn.session;
  const last = history.at(-1);
  if (!last) {
    turn.say("wrong.nothing_to_undo");
    return;
  }
  if (last.written.length !== last.operations) {
    turn.say("wrong.undo_unwritten");
    return;
  }
  for (const written of last.written.toReversed()) writeUndo(turn, written);
  const amounts = { ...turn.amounts };
  for (const [key, units] of Object.entries(last.amounts)) {
    if (units === null) delete amounts[key];
    else amounts[key] = units;
  }
  turn.amounts = amounts;
  turn.now = { ...last.now, began: turn.boot === turn.session.boot ? last.now.began : null };
  turn.session = { ...turn.session, history: history.slice(0, -1) };
  turn.say("ok.undone", "ok");
}
