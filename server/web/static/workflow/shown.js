/** A view over held documents: what they mean for the interpreter is said here and in work_lines.js. */
import { badgeOf, meaningOf, placeOf, stoodOf, unitOf } from "./view.js";
import { linesFor } from "./work_lines.js";

const itemMeanings = ({ merchant = "", sku, description = "", codes = [], ...captures }, code) => {
  const { lot_capture, serial_capture, expiry_capture } = captures;
  const told = Object.entries({ lot_capture, serial_capture, expiry_capture }).filter(([, value]) => value);
  const of_all = { code, owner: merchant, item: sku, description, ...Object.fromEntries(told) };
  return codes
    .filter((each) => each.code === code)
    .map(({ level, factor = 1 }) => meaningOf({ ...of_all, level, factor }));
};

/**
 * What the interpreter may look up for one workflow.
 * @param {import("./held.js").HeldDocuments} held
 * @param {string} workflow
 * @param {string} today The date as far as it is known, `YYYY-MM-DD`.
 */
export function viewOver(held, workflow, today = "") {
  // Within one input nothing changes, and some definitions ask for the lines many times.
  let [worked, lines] = [null, []];
  return {
    lines: (work) => {
      if (worked !== work) [worked, lines] = [work, linesFor(held, workflow, work)];
      return lines;
    },
    meanings: (code) => held.coded("item", code).flatMap((item) => itemMeanings(item, code)),
    place: (code) => {
      const [place] = held.coded("place", code);
      return place ? placeOf({ code: place.code, kind: place.kind, ...(place.state && { state: place.state }) }) : null;
    },
    unit: (code) => unitSeen(held, code),
    badge: (code) => badgeSeen(held.coded("actor", code)),
    stood: (place) => {
      const task = held.coded("task", place).find(({ stands }) => stands);
      return task ? task.stands.map(stood) : null;
    },
    inQuestion: (place) => held.coded("task", place).length > 0,
    // No document knows; the book flags it.
    serialUsed: () => false,
    today: () => today,
  };
}

const stood = ({ sku = "", merchant = "", lot, serial, quantity }) => {
  const told = Object.entries({ lot, serial }).filter(([, value]) => value !== undefined);
  return stoodOf({ item: sku, owner: merchant, quantity, ...Object.fromEntries(told) });
};

/** A handling unit by its code: a parcel of a round, or a tote to be packed. */
function unitSeen(held, code) {
  const [parcel] = held.coded("parcel", code);
  if (parcel) {
    const { shipment = null, place = "" } = parcel;
    return unitOf({ code, kind: "parcel", state: "sealed", shipment, place });
  }
  const [shipment] = held.coded("shipment", code);
  return shipment ? unitOf({ code, kind: "tote", shipment: shipment.id }) : null;
}

/** Whose badge it is, by the latest grant that the person has on this device. */
function badgeSeen(actors) {
  const latest = actors.sort((one, other) => other.until - one.until || other.id - one.id)[0];
  if (!latest) return null;
  return badgeOf({ grant: String(latest.id), name: latest.badge ?? "", supervisor: Boolean(latest.supervisor) });
}
