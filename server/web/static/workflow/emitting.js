/** From what was scanned to the operations that are written. */

/** Bytes of scans that a line has room for. */
const SCAN_BYTES_MAX = 2_000;

let shapes = { operations: {}, parts: {} };

/**
 * Say what operations look like.
 * @param {{operations: Object, parts: Object}} told By kind or name the fields: whether one is
 *   `required`, its `default`, what it `is` (`int`, `bool`), and the part that it is made `of`.
 */
export function setShapes({ operations, parts }) {
  shapes = { operations, parts };
}

/** The fields of a kind of operation; undefined if there is no such kind. */
export const shapeOf = (kind) => shapes.operations[kind];

/** What an operation of a kind cannot do without. */
export const requiredOf = (kind) =>
  Object.entries(shapes.operations[kind]).filter(([, { required }]) => required).map(([name]) => name);

const isNothing = (value) => value === undefined || value === null || value === "";
const isEmpty = (value) => !value || (Array.isArray(value) && !value.length);

/** A value as JSON has it: without members that hold their default. */
export function bare(value, shape) {
  const told = {};
  for (const [name, field] of Object.entries(shape)) {
    let member = value[name];
    if (!field.required && isSilent(member, field)) continue;
    if (field.of) {
      const part = shapes.parts[field.of];
      member = Array.isArray(member) ? member.map((each) => bare(each, part)) : bare(member, part);
    }
    told[name] = member;
  }
  return told;
}

function isSilent(member, { default: usual, open = false }) {
  if (open) return isNothing(member);
  return usual === undefined || Array.isArray(usual) ? isEmpty(member) : (member ?? usual) === usual;
}

/** A nested part, such as a line of a count, as JSON has it. */
export const barePart = (name, value) => bare(value, shapes.parts[name]);

/**
 * Write the operations whose conditions hold; tell whether nothing that they need was missing.
 *
 * Documents that do not fit together may leave something out; that is said, never guessed.
 */
export function emit(turn, emits) {
  const written = turn.operations.length;
  for (const { kind, fields, when } of emits) {
    if (!turn.holds(when)) continue;
    const named = Object.entries(fields).map(([name, reference]) => [name, turn.value(reference)]);
    if (!write(turn, kind, Object.fromEntries(named))) {
      turn.operations.length = written;
      return false;
    }
  }
  return true;
}

/** Write one operation with what every operation says; empty values are left out. */
export function write(turn, kind, values) {
  const shape = shapes.operations[kind];
  const said = Object.fromEntries(Object.entries(values).filter(([, value]) => !isNothing(value)));
  for (const [name, value] of Object.entries(said)) {
    if (shape[name]?.is === "bool") said[name] = !isEmpty(value);
    else if (shape[name]?.is === "int" && typeof value === "string")
      // Work that was taken on under what is no number can't be told; nothing is guessed.
      said[name] = /^\d+$/.test(value) ? Number(value) : null;
  }
  if (requiredOf(kind).some((field) => isNothing(said[field]) && said[field] !== "")) return false;
  turn.operations.push({ kind, ...bare({ ...common(turn), ...said }, shape) });
  return true;
}

/** Write that an operation did not happen. */
export function writeUndo(turn, { epoch, seq }) {
  const { actor } = turn.session;
  const undo = { seq, epoch, actor, site: turn.work.site, ended: turn.at };
  turn.operations.push({ kind: "undo", ...bare(undo, shapes.operations.undo) });
}

function common(turn) {
  const { work, now } = turn;
  return {
    actor: turn.session.actor,
    approved_by: now.approved_by,
    package: work.package,
    fence: work.fence,
    site: work.site,
    seen_task: work.seen_task,
    seen_catalog: work.seen_catalog,
    seen_workflow: turn.definition.version,
    activity: work.activity,
    began: now.began,
    ended: turn.at,
    scans: kept(now.scans),
  };
}

function kept(scans) {
  // The latest are kept: they say what the hand did. A line has room for no more.
  const bytes = new TextEncoder();
  let left = SCAN_BYTES_MAX;
  let first = scans.length;
  while (first > 0) {
    left -= bytes.encode(JSON.stringify(barePart("Scan", scans[first - 1]))).length;
    if (left < 0) break;
    first -= 1;
  }
  return scans.slice(first);
}
