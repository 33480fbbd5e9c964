/** Which planned line is at hand, and how much of it is left. */
import { SHARED } from "./turn.js";

/** Begins the slot of the place at which a line is sought instead. */
export const ELSEWHERE = "elsewhere ";
/** Begins the slot of the SKU that is taken in place of what a line wants. */
export const INSTEAD = "instead ";

const whole = (task) => `whole ${task}`;

/**
 * The units of a line that nobody is known to have done.
 *
 * A document that came after our own work counts it already, so the smaller of the two holds.
 */
export function openUnits(turn, { task, quantity }) {
  const taken = turn.amounts[whole(task)];
  return taken === undefined ? quantity : Math.min(quantity, taken - turn.amount(`${task}`));
}

/** The lines of the work, of one shipment only where one is at hand. */
function linesOf(turn) {
  const bound = turn.slot("shipment");
  return turn.lines.filter(
    ({ shipment }) => !bound || shipment === null || String(shipment) === bound,
  );
}

/** The lines that are not done. */
export const openLines = (turn) => linesOf(turn).filter((line) => openUnits(turn, line) > 0);

/** Make a line the one at hand, with others that are done together with it. */
export function takeLine(turn, line, ...others) {
  if (!line) {
    turn.set({ line: null, tasks: [] });
    return;
  }
  const together = [line, ...others];
  for (const { task, quantity } of together)
    if (!(whole(task) in turn.amounts)) turn.add(whole(task), quantity);
  turn.set({ line, tasks: together.map(({ task }) => task) });
}

/** Go to the next line, first those that were not skipped; tell whether there is one. */
export function lead(turn) {
  const lines = openLines(turn);
  let ahead = lines.filter(({ task }) => !turn.now.skipped.includes(task));
  if (lines.length && !ahead.length) {
    turn.set({ skipped: [] });
    turn.say("note.skipped_now", "note");
    ahead = lines;
  }
  if (!ahead.length) {
    takeLine(turn, null);
    return false;
  }
  let [first] = ahead;
  const together = SHARED.has(turn.work.mode) ? ahead.slice(1).filter((line) => alike(line, first)) : [];
  const elsewhere = turn.slot(`${ELSEWHERE}${first.task}`);
  if (elsewhere) {
    const next = first.next.filter((place) => place !== elsewhere);
    first = { ...first, place: elsewhere, planned: first.place, next };
  }
  const chosen = turn.slot(`${INSTEAD}${first.task}`);
  takeLine(turn, chosen ? standIn(first, chosen) : first, ...together);
  return true;
}

/** Find the line that fits and is open, else one that fits and is done; it is then at hand. */
export function match(turn, fits) {
  const fitting = linesOf(turn).filter(fits);
  const found = fitting.find((line) => openUnits(turn, line) > 0) ?? fitting.at(-1) ?? null;
  takeLine(turn, found);
  // What goes into a parcel binds it.
  if (found && found.shipment !== null && turn.slot("parcel")) turn.put({ shipment: found.shipment });
  return found;
}

/** Note units as done on the lines at hand, in their order; the last takes what is over. */
export function progress(turn, units) {
  let rest = units;
  for (const [at, task] of turn.now.tasks.entries()) {
    const left = turn.amount(whole(task)) - turn.amount(`${task}`);
    const is_last = at === turn.now.tasks.length - 1;
    const done = is_last ? rest : Math.max(0, Math.min(rest, left));
    if (done) turn.add(`${task}`, done);
    rest -= done;
  }
}

/** A line that wants another item in place of its own, and offers no third. */
function standIn(line, item) {
  const other = line.instead.find((each) => each.item === item);
  if (!other) return line;
  const rest = { planned: line.place, wanted: line.item, lot: "", serial: "", next: [], instead: [] };
  return { ...line, ...other, ...rest };
}

/** Whether two lines want the same key from the same place. */
export const alike = (line, other) =>
  ["place", "owner", "item", "lot", "serial"].every((name) => line[name] === other[name]);
