/** Questions that may stand in front of a state. */
import { answerOf, questionOf } from "./session.js";

/** As many as there are number keys. */
const ANSWERS_MAX = 9;

export const YES = Object.freeze(answerOf({ command: "yes", text: "yes" }));
const NO = Object.freeze(answerOf({ command: "no", text: "no" }));

/** Offer something unusual; the next scan is taken for a no. */
export function confirm(turn, key, yes, scan, fields = {}) {
  turn.ask(questionOf({ key, answers: [yes, NO], fields, scan }));
}

/** Ask what must be answered before anything else is taken. */
export function insist(turn, key, yes, no = NO, fields = {}) {
  turn.ask(questionOf({ key, answers: [yes, no], fields, hard: true }));
}

/** Let the person choose what an ambiguous scan means. */
export function chooseGoods(turn, candidates, scan) {
  const answers = candidates.slice(0, ANSWERS_MAX).map((candidate, at) =>
    answerOf({ command: `${at + 1}`, text: "choice.goods", fields: described(candidate), candidate }),
  );
  const chosen = { ...scan, entry: "chosen" };
  turn.ask(questionOf({ key: "ask.which", answers: [...answers, NO], scan: chosen }));
}

/** Let the person say why something is short. */
export function chooseReason(turn) {
  const answers = turn.definition.options.reasons.map((reason, at) =>
    answerOf({ command: `${at + 1}`, text: `reason.${reason}`, does: "short", value: reason }),
  );
  turn.ask(questionOf({ key: "ask.reason", answers: [...answers, NO], hard: true }));
}

function described({ code, meaning, lot, serial }) {
  const { item, owner, level, factor } = meaning ?? { item: code, owner: "", level: "each", factor: 1 };
  return { item, owner, level, factor, lot, serial };
}
