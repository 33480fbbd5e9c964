/** What a scan may be, by its shape and by the documents; several things, if so. */
import { mustAsk } from "../scanning/parsed.js";
import { candidateOf } from "./session.js";

/** Longer texts are no code of the floor, and would crowd an operation out of its line. */
const CODE_CHARACTERS_MAX = 100;
const SYMBOLOGY_CHARACTERS_MAX = 20;
const ASSET_TYPE_DIGITS = 13;
/** Begins the code of a returnable asset: its identifier and the digit that fills it up (8003). */
const GRAI = "80030";
const HOPELESS = new Set([
  ...["empty", "too_long", "not_ascii", "control_character", "bad_own_code", "unknown_command"],
]);
const OWN = {
  ...{ location: "place", dock: "place", staging: "place", bench: "place", van: "place" },
  ...{ tote: "unit", cart: "unit", staff: "badge", command: "command", task: "task" },
  enrolment: "enrolment",
};
const NOTHING = Object.freeze({
  ...{ own: "", command: "", fault: "", candidates: [], readings: [], asks: false },
  scan: { text: "", symbology: "", entry: "scanner" },
});

/**
 * What a scan may be: `kinds` of place, unit, goods, text, badge, command, task, enrolment.
 *
 * They are empty if nothing can be read.
 */
export function find(turn, { scanned, symbology = "", entry = "scanner" }) {
  const [said] = scanned.readings;
  const { text } = said;
  const fault = faultOf(scanned, said);
  if (HOPELESS.has(fault))
    return { ...NOTHING, kinds: [], text: text.slice(0, CODE_CHARACTERS_MAX), fault };
  // eslint-disable-next-line no-control-regex -- every character of ASCII is meant.
  const named = /^[\x00-\x7f]*$/.test(symbology) ? symbology : "";
  const scan = { text: scanned.raw, symbology: named.slice(0, SYMBOLOGY_CHARACTERS_MAX), entry };
  if (said.kind === "own")
    return { ...NOTHING, kinds: [OWN[said.own]], text, own: said.own, command: said.command, scan };
  if (said.sscc)
    return { ...NOTHING, kinds: ["unit"], text: said.sscc, readings: scanned.readings, scan };
  // A GRAI with a serial is one piece; as an element string it is no other code.
  if ((said.returnable_asset ?? "").length > ASSET_TYPE_DIGITS)
    return { ...NOTHING, kinds: ["unit"], text: GRAI + said.returnable_asset, readings: scanned.readings, scan };
  const candidates = candidatesOf(turn, scanned.readings);
  const kinds = kindsOf(turn, said, candidates);
  const { readings } = scanned;
  return { ...NOTHING, kinds, text, fault, candidates, readings, scan, asks: mustAsk(scanned) };
}

function faultOf({ raw, fault }, { text, kind }) {
  if (raw.includes("\0")) return "control_character";
  return text.length > CODE_CHARACTERS_MAX && kind === "plain" ? "too_long" : (fault?.code ?? "");
}

function kindsOf({ view }, said, candidates) {
  const is_plain = said.kind === "plain";
  return [
    ...(is_plain && view.place(said.text) ? ["place"] : []),
    ...(is_plain && view.unit(said.text) ? ["unit"] : []),
    ...(said.gtin || candidates.some(({ meaning }) => meaning) ? ["goods"] : []),
    "text",
  ];
}

function candidatesOf({ view }, readings) {
  return readings.flatMap(({ gtin, returnable_asset, text, lot, serial, expiry, count }) => {
    const [code, units] = [gtin || returnable_asset || text, count || 1];
    const plain = candidateOf({ code, lot, serial, expiry, units });
    const meanings = view.meanings(code);
    if (!meanings.length) return [plain];
    return meanings.map((meaning) => ({ ...plain, meaning, units: meaning.factor * units }));
  });
}
