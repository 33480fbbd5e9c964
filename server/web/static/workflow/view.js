/**
 * What the interpreter may look up; every answer may be old or missing, and the floor is right.
 *
 * A view has `lines(work)`, `meanings(code)`, `place(code)`, `unit(code)`, `badge(code)`,
 * `stood(place)`, `inQuestion(place)`, `serialUsed(owner, item, serial)` and `today()`; nothing in it waits. What is not
 * known is null.
 */

const WORK = Object.freeze({
  ...{ package: null, fence: null, mode: "", announced: "", shipment: null, round: null, van: "" },
  ...{ bench: "", stop: null, site: null, activity: "", seen_task: null, seen_catalog: null },
});
const LINE = Object.freeze({
  ...{ quantity: 1, place: "", planned: "", to: "", owner: "", item: "", description: "", codes: [] },
  ...{ lot: "", serial: "", expiry: "", unit: "", whole: 0, shipment: null, number: "", stop: null, asks_code: false, check: "" },
  ...{ due: 0, currency: "", verify: "line", carton: "", steps: "", next: [], instead: [], wanted: "", spans: false },
  ...{ then: "", leaves: -1, occasion: "", attempt: 1, sight: "" },
});
const INSTEAD = Object.freeze({ description: "", codes: [], place: "" });
const MEANING = Object.freeze({
  ...{ owner: "", item: "", description: "", level: "each", factor: 1 },
  ...{ lot_capture: "never", serial_capture: "never", expiry_capture: "never" },
});

/** What the person has taken on; each part only where the workflow has one. */
export const workOf = (told = {}) => ({ ...WORK, ...told });

/** A piece of planned work: a pick line, an announced item, a parcel to be loaded. */
export const lineOf = (told) => ({
  ...LINE,
  ...told,
  asks_code: Boolean(told.asks_code),
  spans: Boolean(told.spans),
  instead: (told.instead ?? []).map((each) => ({ ...INSTEAD, ...each })),
});

/** An item at one pack level, as one of the meanings of a barcode. */
export const meaningOf = (told) => ({ ...MEANING, ...told });

/** A place as the documents know it. */
export const placeOf = (told) => ({ kind: "bin", state: "open", ...told });

/** A tote, parcel or pallet as the documents know it. */
export const unitOf = (told) => ({ kind: "unit", state: "open", shipment: null, place: "", ...told });

/** What the book expects to stand at a place. */
export const stoodOf = (told) => ({ owner: "", lot: "", serial: "", quantity: 0, ...told });

/** A person's badge and the grant by which the person may act on this device. */
export const badgeOf = (told) => ({ name: "", supervisor: false, ...told });
