/** The codes that Totebook prints itself: a prefix says what they stand for. */
import { fault, parsedScan } from "./parsed.js";

const OWN_KINDS = {
  "LOC-": "location",
  "DOCK-": "dock",
  "STAGING-": "staging",
  "BENCH-": "bench",
  "TOTE-": "tote",
  "CART-": "cart",
  "VAN-": "van",
  "STAFF-": "staff",
  "TASK-": "task",
  "CMD-": "command",
  "ENROL-": "enrolment",
};

/** What a code after `CMD-` may ask for, there in capitals. */
export const COMMANDS = new Set([
  ...["undo", "short", "skip", "full", "damaged", "wrong", "help", "done", "yes", "no"],
  ..."123456789",
]);

/** What a text with one of our prefixes says, and what is wrong; both null if it has none. */
export function parseOwn(text) {
  const end = text.indexOf("-") + 1;
  const [own, rest] = [OWN_KINDS[text.slice(0, end)], text.slice(end)];
  if (!end || !own) return [null, null];
  if (!/^[!-~]{1,60}$/.test(rest)) return [null, fault("bad_own_code", { value: rest })];
  if (own === "task") {
    if (!/^[1-9]\d{0,14}$/.test(rest)) return [null, fault("bad_own_code", { value: rest })];
    return [parsedScan({ text, kind: "own", own, task: Number(rest) }), null];
  }
  if (own !== "command") return [parsedScan({ text, kind: "own", own }), null];
  const is_known = rest === rest.toUpperCase() && COMMANDS.has(rest.toLowerCase());
  const command = is_known ? rest.toLowerCase() : "";
  const wrong = is_known ? null : fault("unknown_command", { value: rest });
  return [parsedScan({ text, kind: "own", own, command }), wrong];
}
