/** Going on: from state to state, from line to line, from phase to phase. */
import { tally } from "./counts.js";
import { orderOf, stateNamed } from "./definition.js";
import { emit } from "./emitting.js";
import { askIfEmptied } from "./emptied.js";
import { ELSEWHERE, INSTEAD, lead, openLines, progress, takeLine } from "./lines.js";
import { notePaid } from "./paying.js";
import { settleShort } from "./shorts.js";
import { forgetGoods, serialKey } from "./taking.js";
import { ENDED, GOING, TOTE } from "./turn.js";

const OF_GOODS = ["goods", "lot"];
const PHASES = ["opening", "cycle", "handing", "closing", ENDED];

/** Go to what is to be asked next, and write what is complete on the way. */
export function goOn(turn) {
  while (turn.now.phase !== ENDED && !turn.now.question) {
    const asks = orderOf(turn.definition, turn.now.phase).find((name) => {
      const { fills, when } = stateNamed(turn.definition, name);
      return !(fills in turn.now.slots) && turn.holds(when);
    });
    if (asks !== undefined) {
      turn.set({ state: asks });
      return;
    }
    complete(turn);
  }
}

/** Begin the phase that follows. */
export function nextPhase(turn) {
  const phase = PHASES[PHASES.indexOf(turn.now.phase) + 1];
  turn.set({ phase });
  if (phase === "cycle" && turn.definition.plan === "led" && !lead(turn)) nextPhase(turn);
  // Totes go on once nothing is left to be put into them here.
  else if (phase === "handing" && (!turn.going.unit || openLines(turn).length)) nextPhase(turn);
  else if (phase === ENDED) {
    emit(turn, turn.definition.closed);
    turn.set({ state: ENDED });
  }
}

/** Ask for the next piece of work, or end the cycle if there is none. */
export function beginCycle(turn) {
  const { line: before, goods } = turn.now;
  const led = turn.definition.plan === "led";
  if (led && !lead(turn)) {
    clear(turn);
    nextPhase(turn);
    return;
  }
  const is_rest = led && before && turn.line.task === before.task;
  if (is_rest && goods && turn.line.place === turn.slot("place")) {
    // What is left of the line goes on with the goods that were scanned, unless each has a serial
    // of its own.
    clear(turn, turn.slot("serial") ? [] : OF_GOODS);
    if (turn.slot("goods")) turn.set({ goods });
    return;
  }
  clear(turn);
  turn.drop("suggested");
  if (turn.line.place && turn.slot("place") !== turn.line.place) turn.drop("place");
}

function complete(turn) {
  if (turn.now.phase === "opening") {
    emit(turn, turn.definition.opened);
    turn.set({ scans: [], began: null });
    nextPhase(turn);
  } else if (turn.now.phase === "cycle" && turn.slot("short") && !turn.slot("quantity")) {
    // All that was to be asked about what is short was asked.
    settleShort(turn);
    if (!turn.now.question) beginCycle(turn);
  } else if (turn.now.phase === "cycle") completeCycle(turn);
  else if (turn.now.phase === "handing") completeHanding(turn);
  else nextPhase(turn);
}

/** Write where a tote was brought, and go on with the next. */
function completeHanding(turn) {
  const { definition } = turn;
  emit(turn, definition.handed);
  const fills = definition.handing.map((name) => stateNamed(definition, name).fills);
  turn.drop(`${GOING}${turn.going.unit}`, "suggested", ...fills);
  turn.set({ scans: [], began: null });
  if (!turn.going.unit || !fills.length) nextPhase(turn);
}

function completeCycle(turn) {
  const { definition } = turn;
  if (definition.tallies && !tally(turn)) {
    beginCycle(turn);
    turn.say("wrong.too_many");
    return;
  }
  if (!emit(turn, definition.cycled)) {
    beginCycle(turn);
    turn.say("wrong.incomplete");
    return;
  }
  notePaid(turn);
  progress(turn, Number(turn.slot("quantity") || 1));
  if (turn.slot("serial") && turn.now.goods)
    turn.add(serialKey(turn.now.goods.item, turn.slot("serial")), 1);
  if (!turn.now.line && turn.slot("unit")) turn.add(`unit ${turn.slot("unit")}`, 1);
  turn.set({ cycles: turn.now.cycles + 1 });
  if (turn.slot("short")) {
    settleShort(turn);
    if (turn.now.question) return;
  } else if (askIfEmptied(turn)) return;
  const is_done = turn.now.line !== null;
  beginCycle(turn);
  if (definition.plan === "matched" && is_done && !openLines(turn).length)
    turn.say("note.all_done", "note");
}

/** Empty the slots of a cycle but for those that outlast it. */
function clear(turn, more = []) {
  const kept = new Set([...turn.definition.keeps, ...more]);
  const outlasts = (name) =>
    kept.has(name) || [TOTE, ELSEWHERE, INSTEAD, GOING].some((prefix) => name.startsWith(prefix));
  const slots = Object.entries(turn.now.slots).filter(([name]) => outlasts(name));
  turn.set({ slots: Object.fromEntries(slots) });
  forgetGoods(turn);
  if (turn.definition.plan !== "led") takeLine(turn, null);
}
