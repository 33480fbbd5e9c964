/** Money at a door: what is still to be paid there, and what was taken. */
import { amountText } from "../money.js";

/** Begins the key of what was to be paid at a stop, and of what was taken there. */
const DUE = "due ";
const PAID = "paid ";

/**
 * What is still to be paid at the door at hand.
 *
 * A document that came after our own work counts it already, so the smaller of the two holds.
 */
function dueAt(turn) {
  const { due, stop } = turn.line;
  const whole = turn.amounts[DUE + stop];
  return whole === undefined ? due : Math.max(0, Math.min(due, whole - turn.amount(PAID + stop)));
}

/** What was just taken; null where nobody was asked. */
function paid(turn) {
  if (!turn.slot("paid")) return null;
  return turn.slot("taken") ? Number(turn.slot("taken")) : dueAt(turn);
}

/** Keep what was taken at the door at hand. */
export function notePaid(turn) {
  const [taken, { due, stop }] = [paid(turn), turn.line];
  if (taken === null) return;
  if (!(DUE + stop in turn.amounts)) turn.add(DUE + stop, due);
  turn.add(PAID + stop, taken);
}

/** What was to be paid at doors, by stop, as a session's amounts say. */
export function duesOf(amounts) {
  const all = Object.entries(amounts).filter(([key]) => key.startsWith(DUE));
  return Object.fromEntries(all.map(([key, due]) => [key.slice(DUE.length), due]));
}

/** What a session notes of a door at which something was taken; nothing where nothing was. */
export const notedOf = (stop, due, taken) => (taken ? { [DUE + stop]: due, [PAID + stop]: taken } : {});

/** What references name of money, by reference. */
export const PAYING = {
  due: dueAt,
  due_text: (turn) => amountText(dueAt(turn), turn.line.currency),
  paid_minor: paid,
  paid_currency: (turn) => (paid(turn) ? turn.line.currency : null),
};
