/** What to show at a step. */
import { LEVEL } from "./goods.js";
import { ENDED } from "./turn.js";

/** Commands that are answered at every step. */
const ALWAYS = ["undo", "help", "done"];
/** References of places where something is taken or put. */
const AT_HAND = ["place", "source", "line.place", "to"];
const NOTHING = {
  ...{ fields: {}, takes: [], ways: ALWAYS, answers: [], choices: [], quantity: null, packs: [] },
  notice: null,
};

/** What to show now: a text by its key, what may be scanned, and the ways out. */
export function promptOf(turn) {
  const { state, phase, question } = turn.now;
  if (turn.session.parked) return { ...NOTHING, key: "parked", state, takes: ["badge"] };
  if (question) {
    const { key, fields, answers } = question;
    const counting = question.counts ? ["quantity"] : [];
    const takes = turn.definition.options.approvals.includes(key) ? ["badge"] : counting;
    const ways = [...answers.map(({ command }) => command), ...ALWAYS];
    return { ...NOTHING, key, fields, state, takes, ways, answers };
  }
  return phase === ENDED ? { ...NOTHING, key: "ended", state: ENDED } : asking(turn);
}

function asking(turn) {
  const { state } = turn;
  const fields = Object.entries(state.fields).map(([name, reference]) => [name, turn.word(reference)]);
  const takes = state.takes.filter(({ when }) => turn.holds(when)).map(({ what }) => what);
  const choices = state.takes.find((take) => take.choices.length)?.choices ?? [];
  const commands = turn.ways().map(({ command }) => command);
  const ways = new Set([...commands, ...choices.map((_, at) => `${at + 1}`), ...ALWAYS]);
  const is_counting = takes.includes("quantity");
  return {
    ...NOTHING,
    key: state.prompt,
    fields: Object.fromEntries(fields),
    state: state.name,
    takes,
    ways: [...ways],
    choices,
    quantity: is_counting ? turn.shown() : null,
    packs: is_counting ? packsOf(turn) : [],
    notice: noticeOf(turn),
  };
}

/** That a count is open at the place at hand, if one is and the site wants it told. */
function noticeOf(turn) {
  const place = AT_HAND.map((reference) => String(turn.word(reference))).find((each) => turn.warnsOf(each));
  return place === undefined ? null : { key: "warn.count", fields: { place } };
}

function packsOf(turn) {
  const { goods, packs } = turn.now;
  const shown = turn.shown();
  if (packs.reduce((sum, { count, factor }) => sum + count * factor, 0) === shown) {
    const level = (factor) => turn.slot(`${LEVEL}${factor}`) || "pack";
    return packs.map(({ count, factor }) => ({ count, level: level(factor), factor }));
  }
  if (!goods || goods.factor <= 1 || shown % goods.factor) return [];
  return [{ count: shown / goods.factor, level: goods.level, factor: goods.factor }];
}
