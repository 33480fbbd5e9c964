/** One input being worked on: what it has changed so far, until it is made a step or dropped. */
import { stateNamed } from "./definition.js";
import { PAYING } from "./paying.js";
import { lineOf } from "./view.js";

/** Begins the key of an amount that was counted. */
export const COUNTED = "counted ";
export const ENDED = "ended";
/** A line has room for no more kinds of packs. */
const PACKS_MAX = 20;
/** Modes of packages whose totes are shared by shipments. */
export const SHARED = new Set(["batch", "bulk"]);
/** Begins the slot of the tote that a shipment has. */
export const TOTE = "tote ";
/** The slot of the unit on which goods stand that are scanned now. */
export const ONTO = "onto";
/** Begins the slot of where a tote goes on to, once the work is done. */
export const GOING = "going ";

/** References to what is no slot. */
const RECKONED = { expected: (turn) => turn.expected(), ...PAYING };

const NOTHING = Object.freeze(lineOf({ task: 0 }));
const isNothing = (value) => value === undefined || value === null || value === "";
const isTrue = (value) => (Array.isArray(value) ? value.length > 0 : Boolean(value));

/** A session while one input changes it; nothing that was given is changed. */
export class Turn {
  constructor(definition, session, view, at, boot) {
    Object.assign(this, { definition, session, view, at, boot });
    // What began before a battery swap is on a clock that is no more.
    this.now = boot === session.boot ? session.now : { ...session.now, began: null };
    this.amounts = session.amounts;
    this.before = {};
    this.operations = [];
    this.feedback = null;
    // Other codes of the label that is scanned; they are kept with it.
    this.beside = [];
  }

  get work() {
    return this.session.work;
  }

  /** How the input was answered so far; empty if it was not. */
  get tone() {
    return this.feedback?.tone ?? "";
  }

  /** The line at hand; an empty one if there is none. */
  get line() {
    return this.now.line ?? NOTHING;
  }

  /** The lines of the work; where a shipment is at hand, nobody looks through the others. */
  get lines() {
    const bound = this.slot("shipment");
    return this.view.lines(bound ? { ...this.work, shipment: Number(bound) } : this.work);
  }

  /** The line that asks for the place at hand, or for the kit; an empty one if none does. */
  get asked() {
    const [place, owner, kit] = ["place", "kit_owner", "kit"].map((name) => this.slot(name));
    const lines = place ? this.lines : [];
    const here = lines.filter((line) => line.place === place);
    if (!kit) return here[0] ?? NOTHING;
    // Kits that are made elsewhere than was asked are made all the same.
    return [...here, ...lines].find((line) => line.owner === owner && line.item === kit) ?? NOTHING;
  }

  /** Whether the person is not to see what the book expects at the place. */
  get isBlind() {
    return this.definition.options.blind || this.asked.sight === "blind";
  }

  /** The first tote that goes on and was not brought there; an empty one if none does. */
  get going() {
    const [name, to] = Object.entries(this.now.slots).find(([each]) => each.startsWith(GOING)) ?? [];
    return name === undefined ? { unit: "", to: "" } : { unit: name.slice(GOING.length), to: String(to) };
  }

  /** The state that asks; only while the work has not ended. */
  get state() {
    return stateNamed(this.definition, this.now.state);
  }

  /** Change the step that the person is at. */
  set(changes) {
    this.now = { ...this.now, ...changes };
  }

  /** A slot's text, empty if nothing is in it. */
  slot(name) {
    return String(this.now.slots[name] ?? "");
  }

  /** Fill slots. */
  put(values) {
    this.set({ slots: { ...this.now.slots, ...values } });
  }

  /** Empty slots. */
  drop(...names) {
    const left = Object.entries(this.now.slots).filter(([name]) => !names.includes(name));
    this.set({ slots: Object.fromEntries(left) });
  }

  /** What was done or counted under a key. */
  amount(key) {
    return this.amounts[key] ?? 0;
  }

  /** Note units under a key. */
  add(key, units) {
    this.#keep(key);
    this.amounts = { ...this.amounts, [key]: this.amount(key) + units };
  }

  /** Forget all amounts whose keys begin so. */
  forget(prefix) {
    const gone = Object.keys(this.amounts).filter((key) => key.startsWith(prefix));
    for (const key of gone) this.#keep(key);
    this.amounts = Object.fromEntries(
      Object.entries(this.amounts).filter(([key]) => !key.startsWith(prefix)),
    );
  }

  #keep(key) {
    if (!(key in this.before)) this.before[key] = this.session.amounts[key] ?? null;
  }

  /** Keep a scan for the operation that it leads to. */
  keepScan(scan) {
    this.set({ scans: [...this.now.scans, scan, ...this.beside], began: this.now.began ?? this.at });
    this.beside = [];
  }

  /** What a reference names; null if nothing is there. */
  value(reference) {
    for (const each of reference.split("|")) {
      const value = this.#one(each);
      if (!isNothing(value)) return value;
    }
    return null;
  }

  #one(reference) {
    if (reference === "packs") return this.#packs();
    if (reference === "tallied") return this.tallied();
    if (reference === "line.tote") return this.slot(this.toteSlot());
    const [source, name] = reference.split(/\.(.*)/s);
    if (!name) return RECKONED[source] ? RECKONED[source](this) : this.now.slots[source];
    if (source === "next") return this.#next(name);
    const values = {
      line: () => this.line,
      asked: () => this.asked,
      goods: () => this.now.goods,
      going: () => this.going,
      work: () => this.work,
      option: () => this.definition.options,
      now: () => this.now,
    };
    return values[source]()?.[name];
  }

  /** A field of the first line that is not begun, of the shipment at hand if one is. */
  #next(name) {
    const bound = this.slot("shipment");
    const found = this.lines.find(
      ({ task, shipment }) => (!bound || String(shipment || bound) === bound) && !this.amounts[task],
    );
    return found?.[name];
  }

  /** What a reference names as a text or number; an empty text if it is none. */
  word(reference) {
    const value = reference ? this.value(reference) : "";
    return ["string", "number", "boolean"].includes(typeof value) ? value : "";
  }

  /** Whether all conditions hold. */
  holds(conditions) {
    return conditions.every((condition) => this.#holds(condition));
  }

  #holds(condition) {
    if (condition.startsWith("!")) return !this.#holds(condition.slice(1));
    const [reference, text] = condition.split(/=(.*)/s);
    const value = this.value(reference);
    return text === undefined ? isTrue(value) : String(isTrue(value) ? value : "") === text;
  }

  /** The units that the lines at hand still want; 0 if nothing is expected. */
  expected() {
    const open = (task) => Math.max(0, this.amount(`whole ${task}`) - this.amount(`${task}`));
    return this.now.tasks.reduce((sum, task) => sum + open(task), 0);
  }

  /** What was tallied so far, as parts. */
  tallied() {
    return Object.entries(this.amounts)
      .filter(([key]) => key.startsWith(COUNTED))
      .map(([key, quantity]) => ({ ...JSON.parse(key.slice(COUNTED.length)), quantity }));
  }

  /** The packs that make the quantity, if they are more than single units. */
  #packs() {
    const { packs, slots } = this.now;
    const units = packs.reduce((sum, { count, factor }) => sum + count * factor, 0);
    const is_told = packs.length <= PACKS_MAX && packs.some(({ factor }) => factor > 1);
    return is_told && units === slots.quantity ? packs : [];
  }

  /** The slot of the tote into which the line at hand goes. */
  toteSlot() {
    return SHARED.has(this.work.mode) ? TOTE : `${TOTE}${this.line.shipment}`;
  }

  /**
   * The quantity that stands on the screen before anybody keyed one.
   *
   * What is expected stands there only once the goods were scanned: else a tote scanned twice would
   * put goods that nobody took.
   */
  shown() {
    const [expected, first, { counted }] = [this.expected(), this.now.goods?.factor ?? 1, this.now];
    const counts = this.definition.options.prefill === "counted" || this.line.verify === "unit";
    return !counts && counted > 0 && counted <= first && first <= expected ? expected : counted;
  }

  /**
   * How many units a keyed number counts each: packs, if one was scanned that fits.
   *
   * Of a pack that holds more than is expected, single units are meant.
   */
  factor() {
    const [factor, expected] = [this.now.goods?.factor ?? 1, this.expected()];
    return expected > 0 && expected < factor ? 1 : factor;
  }

  /** The ways out that the state offers, its own before those of the cycle. */
  ways() {
    const of_cycle = this.now.phase === "cycle" ? this.definition.ways : [];
    const ways = new Map([...of_cycle, ...this.state.ways].map((way) => [way.command, way]));
    return [...ways.values()].filter(({ when }) => this.holds(when));
  }

  /** Whether a person is to be told that a count of the place is open. */
  warnsOf(place) {
    return Boolean(place) && this.definition.options.warn_counts && this.view.inQuestion(place);
  }

  /** Answer the input; the last word counts. */
  say(key, tone = "error", fields = {}) {
    this.feedback = { key, fields, tone };
  }

  /** Put a question in front of the state. */
  ask(question) {
    this.set({ question });
    this.say(question.key, "ask", question.fields);
  }

  /** How it was before this input. */
  frame() {
    const { now } = this.session;
    return { now, amounts: this.before, operations: this.operations.length, written: [] };
  }
}
