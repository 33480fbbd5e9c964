/**
 * What a workflow is made of; docs/workflows.md tells how to read one.
 *
 * A definition has four phases: `opening` once, `cycle` for each piece of work, `handing` for each tote
 * that goes on when all of it is done, `closing` once. A state is asked as long as the slot that it
 * fills is empty and its conditions hold. Definitions come as JSON without what holds its default.
 */

/** Raised when an interpreter that knows only the former cannot run a definition. */
export const SCHEMA = 1;

const TAKE = Object.freeze({
  ...{ into: "", wants: "", other: "refuse", unknown: "refuse", unplanned: "accept", fresh: "" },
  ...{ unlike: "", open_only: false, kinds: [], when: [], choices: [] },
});
const OPTIONS = Object.freeze({
  ...{ prefill: "expected", continuous: false, blind: false, recount: true },
  ...{ quantity_asks: 1_000, warn_counts: true, zero_check: false, approvals: [], reasons: [] },
});
const DEFINITION = Object.freeze({
  ...{ schema: SCHEMA, plan: "free", opening: [], handing: [], closing: [], keeps: [] },
  ...{ opened: [], cycled: [], handed: [], closed: [], short: null, whole: [], tallies: false },
});

const emitOf = (told) => ({ fields: {}, when: [], ...told });
const emitsOf = (told = []) => told.map(emitOf);
const wayOf = (told) => ({ value: "", drops: [], when: [], ...told, emits: emitsOf(told.emits) });
const stateOf = (told) => ({
  ...{ fields: {}, when: [] },
  ...told,
  takes: (told.takes ?? []).map((take) => ({ ...TAKE, ...take })),
  ways: (told.ways ?? []).map(wayOf),
});

/** A definition with everything that JSON left out. @param {Object} told */
export function definitionOf(told) {
  const states = told.states.map(stateOf);
  return {
    ...DEFINITION,
    ...told,
    states,
    opened: emitsOf(told.opened),
    cycled: emitsOf(told.cycled),
    handed: emitsOf(told.handed),
    closed: emitsOf(told.closed),
    whole: emitsOf(told.whole),
    short: told.short ? emitOf(told.short) : null,
    ways: (told.ways ?? []).map(wayOf),
    options: { ...OPTIONS, ...told.options },
  };
}

/** The state of that name. */
export const stateNamed = (definition, name) => definition.states.find((state) => state.name === name);

/** The names of a phase's states as they are asked. */
export const orderOf = (definition, phase) => definition[phase] ?? [];
