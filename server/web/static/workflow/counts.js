/** Counting: what was counted at a place is noted scan by scan, and written when it is closed. */
import { barePart, write } from "./emitting.js";
import { insist } from "./questions.js";
import { answerOf } from "./session.js";
import { COUNTED } from "./turn.js";

/** Begins the key of a serial that was taken. */
export const SERIAL = "serial ";
/** Occasion of a count that no task asked for. */
const UNASKED = "check";
/** Occasion of a first figure that is counted again on the spot: it is kept and posts nothing. */
const AGAIN = "again";
/** How much of a line the counted keys may take; a line has 8 KiB at most. */
const COUNT_BYTES_MAX = 4_000;

const coded = (line) => JSON.stringify(barePart("CountLine", { quantity: 0, ...line }));
const bytesOf = (text) => new TextEncoder().encode(text).length;

/** Note what this cycle counted; tell whether a line has room for it, if it can't be cut. */
export function tally(turn) {
  const { goods } = turn.now;
  const unit = turn.slot("unit");
  const { code, owner, item } = goods ?? {};
  const of_goods = { code: item ? "" : code, owner, item, lot: turn.slot("lot"), serial: turn.slot("serial") };
  const key = COUNTED + coded(unit || !goods ? { unit } : of_goods);
  if (!(key in turn.amounts) && !hasRoom(turn, key)) return false;
  turn.add(key, Number(turn.slot("quantity") || 1));
  return true;
}

/** Whether a line has room for one more key; what closes a place is cut into several. */
function hasRoom(turn, key) {
  const ways = turn.definition.states.flatMap((state) => state.ways);
  if (ways.some(({ does }) => does === "close_place")) return true;
  const counted = Object.keys(turn.amounts).filter((each) => each.startsWith(COUNTED));
  return [...counted, key].reduce((sum, each) => sum + bytesOf(each), 0) <= COUNT_BYTES_MAX;
}

/** Write the count of a place, after asking whether it is empty or should be counted again. */
export function closePlace(turn) {
  const place = turn.slot("place");
  const counted = turn.tallied();
  const yes = answerOf({ command: "yes", text: "yes", does: "close" });
  if (!counted.length) {
    insist(turn, "ask.empty", yes, undefined, { place });
  } else if (differs(turn, counted) && !turn.slot("recounted")) {
    const again = answerOf({ command: "yes", text: "yes", does: "recount" });
    const no = answerOf({ command: "no", text: "no", does: "close" });
    insist(turn, "ask.recount", again, no, { place });
  } else writeCount(turn);
}

/** Begin the count of the place again; the first figure is written for the record. */
export function recount(turn) {
  writeLists(turn, { occasion: AGAIN });
  turn.forget(COUNTED);
  turn.forget(SERIAL);
  turn.put({ recounted: 1 });
  turn.say("note.recount", "note", { place: turn.slot("place") });
}

/** Write what was counted; what is too much for one line can't be said to be complete. */
export function writeCount(turn) {
  const place = turn.slot("place");
  const { task: number, occasion, attempt } = turn.asked;
  const task = number || null;
  writeLists(turn, {
    occasion: task ? occasion : UNASKED,
    attempt: attempt + (turn.slot("recounted") ? 1 : 0),
  });
  if (task !== null) {
    turn.add(`whole ${task}`, `whole ${task}` in turn.amounts ? 0 : 1);
    turn.add(String(task), 1);
  }
  turn.forget(COUNTED);
  turn.forget(SERIAL);
  turn.drop("place", "recounted");
  turn.say("ok.counted_place", "ok", { place });
}

/** Write what was counted at the place, in as many lines as it takes. */
function writeLists(turn, manner) {
  const [place, { task, attempt }] = [turn.slot("place"), turn.asked];
  const lists = cut(turn.tallied());
  const about = { place, task: task || null, attempt, blind: turn.isBlind, complete: lists.length === 1 };
  for (const lines of lists) write(turn, "count", { ...about, ...manner, lines });
}

/** The key under which a counted handling unit is noted. */
export const unitKey = (code) => COUNTED + coded({ unit: code });

function differs(turn, counted) {
  const stood = turn.view.stood(turn.slot("place"));
  if (!stood || !turn.definition.options.recount) return false;
  const book = new Map();
  const note = ({ owner = "", item = "", lot = "", serial = "" }, units) => {
    const key = JSON.stringify([owner, item, lot, serial]);
    book.set(key, (book.get(key) ?? 0) + units);
  };
  for (const each of stood) note(each, each.quantity);
  for (const line of counted) if (!line.unit) note(line, -line.quantity);
  return [...book.values()].some((units) => units !== 0);
}

function cut(lines) {
  const lists = [];
  let [some, size] = [[], 0];
  for (const line of lines) {
    const length = bytesOf(JSON.stringify(line));
    if (some.length && size + length > COUNT_BYTES_MAX) {
      lists.push(some);
      [some, size] = [[], 0];
    }
    some.push(line);
    size += length;
  }
  return [...lists, some];
}
