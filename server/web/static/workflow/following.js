/**
 * Which definition is run: the site's own where a document brings one that can be, else built in.
 *
 * What asks for more than this interpreter knows, or for a text that it does not have, is left for the
 * built-in one.
 */
import { COMMANDS } from "../scanning/own.js";
import { definitionOf, SCHEMA, stateNamed } from "./definition.js";
import { requiredOf, shapeOf } from "./emitting.js";
import { fieldsOf, hasText } from "./texts.js";

const REASONS_MAX = 6;
/** Slots that the interpreter fills by itself. */
const MADE = ["missing", "stood", "shipment", "unit", "quantity"];
const UNIT_AND_LINE = 2;

/** The names of the states of all phases. */
const askedOf = ({ opening, cycle, handing, closing }) => [...opening, ...cycle, ...handing, ...closing];
const comesWhole = ({ takes }) => takes.some(({ what }) => what === "whole");

/**
 * The definition to run by a name; null if there is no such workflow.
 * @param {string} name
 * @param {Object<string, Object>} builtin By name, as JSON.
 * @param {?{definition: Object}} document The body of `workflow/<name>`.
 */
export function definitionFor(name, builtin, document) {
  if (document) {
    try {
      const definition = definitionOf(document.definition);
      if (!faultsOf(definition).length) return definition;
    } catch {
      // It has another shape than this app knows.
    }
  }
  return name in builtin ? definitionOf(builtin[name]) : null;
}

/** What would let a person stand still, or an operation lack what it needs. */
export function faultsOf(definition) {
  const { states, cycle, options } = definition;
  if (definition.schema > SCHEMA) return [`schema ${definition.schema} is newer than ${SCHEMA}`];
  const names = new Set(states.map(({ name }) => name));
  const missing = askedOf(definition).filter((name) => !names.has(name));
  if (missing.length) return missing.map((name) => `no state ${name}`);
  const asks = cycle.map((name) => stateNamed(definition, name));
  const ways = [...definition.ways, ...states.flatMap((state) => state.ways)];
  return [
    ...(names.size < states.length ? ["two states have one name"] : []),
    ...(asks.every(({ fills, when }) => definition.keeps.includes(fills) || when.length)
      ? ["nothing is always asked in the cycle"]
      : []),
    ...states.flatMap(stateFaults),
    ...ways.filter(({ command }) => !COMMANDS.has(command)).map(({ command }) => `no command ${command}`),
    ...emitFaults(definition, ways),
    ...(definition.whole.length !== UNIT_AND_LINE && states.some(comesWhole) ? ["a whole unit is not told"] : []),
    ...(!definition.short && ways.some(({ does }) => does === "short") ? ["nothing is written for a short"] : []),
    ...(options.reasons.length > REASONS_MAX ? ["too many reasons"] : []),
    ...options.reasons.filter((reason) => !hasText(`reason.${reason}`)).map((reason) => `no text of ${reason}`),
  ];
}

function stateFaults({ name, takes, prompt, fields }) {
  if (!takes.length) return [`${name} takes nothing`];
  if (!hasText(prompt)) return [`no text ${prompt}`];
  const known = fieldsOf(prompt);
  const named = Object.keys(fields);
  const is_same = named.length === known.size && named.every((field) => known.has(field));
  return is_same ? [] : [`${name} and its text have other fields`];
}

function emitFaults(definition, ways) {
  const { opened, cycled, closed, whole, short, opening, cycle } = definition;
  // A site that leads no totes on asks for none, and writes none.
  const handed = definition.handing.length ? definition.handed : [];
  const of_ways = ways.flatMap((way) => way.emits);
  const emits = [...opened, ...cycled, ...handed, ...closed, ...whole, ...of_ways, ...(short ? [short] : [])];
  const asked = askedOf(definition).map((name) => stateNamed(definition, name));
  const filled = asked.flatMap(({ fills, takes }) => takes.map(({ into }) => into || fills));
  const first = [...opening, ...cycle].map((name) => stateNamed(definition, name).fills);
  const sure = new Set([...filled, ...first, ...MADE]);
  return emits.flatMap(({ kind, fields }) => {
    const shape = shapeOf(kind);
    if (!shape) return [`no operation ${kind}`];
    const unknown = Object.keys(fields).filter((field) => !(field in shape));
    const isSure = (field) =>
      (fields[field] ?? "").split("|").some((reference) => reference.includes(".") || sure.has(reference));
    const lacking = requiredOf(kind).filter((field) => !isSure(field));
    return [
      ...unknown.map((field) => `${kind} has no ${field}`),
      ...lacking.map((field) => `nothing fills ${field} of ${kind}`),
    ];
  });
}
