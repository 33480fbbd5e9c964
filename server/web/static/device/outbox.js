/**
 * The stream of a device: lines in their order, each durable before anything says so.
 *
 * Settled lines stay in the store for thirty days: a server that is restored from a backup asks for
 * them again. In memory are only those that are not settled. SPEC.md, sections 2, 5 and 6.
 */
import { Problem } from "./calls.js";
import { utf8 } from "./bytes.js";
import { chainNext, chainStart, offeredAgain, QUANTITY_MAX } from "./wire.js";

/** Of 8,192, so that `again` still fits behind it. */
const LINE_BYTES_MAX = 8_000;
const KEPT_MS = 30 * 86_400_000;
const PURGED_MAX = 500;

const isQuantity = (value, least) =>
  value === undefined || (Number.isInteger(value) && value >= least && value <= QUANTITY_MAX);

/** A value that the protocol can tell; throws `Problem` else. */
function checked(_, value) {
  const is_fine = typeof value === "number" ? Number.isSafeInteger(value) : !`${value}`.includes("\0");
  if (is_fine) return value;
  throw new Problem("impossible_value");
}

/** The lines of a device. */
export class Outbox {
  #store;
  #pending = [];
  #queue = Promise.resolve();

  /** @param {import("./store.js").Store} store */
  constructor(store) {
    this.#store = store;
  }

  /** Read where the stream stands. */
  async open(kept) {
    const { epoch = 0, start = "", tail = { seq: 0, hash: start }, settled = 0, boot = 0 } = kept;
    Object.assign(this, { epoch, start, tail, settled, boot });
    this.#pending = epoch ? await this.#store.lines(epoch, settled + 1) : [];
  }

  /** How many lines the server is not known to have. */
  get pending() {
    return this.tail.seq - this.settled;
  }

  /** Lines that the server is not known to have, in order. */
  get unsettled() {
    return this.#pending;
  }

  /** Do one thing after the other: a number is given once. */
  alone(work) {
    const done = this.#queue.then(work, work);
    this.#queue = done.catch(() => {});
    return done;
  }

  /** Begin the stream that the server opened, with nothing in it. */
  async begin(device, epoch, nonce, state) {
    const start = await chainStart(device, epoch, nonce);
    const begun = { epoch, start, tail: { seq: 0, hash: start }, settled: 0 };
    await this.#store.commit({ state: { ...state, ...begun } });
    Object.assign(this, begun);
    this.#pending = [];
  }

  /**
   * Write operations at the end of the stream, all or none, with whatever else goes with them.
   * @param {Object[]} operations
   * @param {(numbers: {epoch: number, seq: number}[]) => Object} [beside] Further changes of the store.
   * @returns {Promise<{epoch: number, seq: number, hash: string}[]>} Where they stand.
   */
  write(operations, ended, beside = () => ({})) {
    return this.alone(async () => {
      const texts = operations.map((operation) => this.#text(operation, ended));
      const written = Date.now();
      const lines = (await this.#chained(texts)).map((line) => ({ ...line, written }));
      const numbers = lines.map(({ epoch, seq, hash }) => ({ epoch, seq, hash }));
      const { state, ...more } = beside(numbers);
      const tail = lines.length ? { seq: lines.at(-1).seq, hash: lines.at(-1).hash } : this.tail;
      await this.#store.commit({ ...more, lines, state: { ...state, tail } });
      this.tail = tail;
      this.#pending.push(...lines);
      return numbers;
    });
  }

  #text(operation, ended) {
    const counted = (operation.lines ?? []).every(({ quantity }) => isQuantity(quantity, 0));
    if (!counted || !isQuantity(operation.quantity, 1)) throw new Problem("impossible_quantity");
    const said = { ...operation, ended: operation.ended || ended, boot: this.boot, again: undefined };
    const text = JSON.stringify(said, checked);
    if (utf8(text).length > LINE_BYTES_MAX) throw new Problem("line_too_long");
    return text;
  }

  async #chained(texts, { epoch, seq, hash } = { epoch: this.epoch, ...this.tail }) {
    const lines = [];
    for (const text of texts) {
      const previous = lines.at(-1) ?? { seq, hash };
      const number = previous.seq + 1;
      lines.push({ epoch, seq: number, text, hash: await chainNext(previous.hash, number, text) });
    }
    return lines;
  }

  /**
   * Where the server stands, by its `next` and `head`; SPEC.md, DP-HELLO-2.
   * @returns {Promise<"settled"|"push"|"gap"|"fork">}
   */
  async compared({ next, head }) {
    if (next === this.tail.seq + 1) return head === this.tail.hash ? "settled" : "fork";
    if (next > this.tail.seq || next < 1) return "fork";
    const line = await this.#store.line(this.epoch, next);
    if (!line) return "gap";
    return (await chainNext(head, next, line.text)) === line.hash ? "push" : "fork";
  }

  /** Lines below a number are settled; those from it on are to be sent, also if they were once. */
  settle(next, outcomes = [], server_time = 0) {
    return this.alone(async () => {
      if (next - 1 === this.settled) return [];
      const first = next - outcomes.length;
      // Those that came through unanswered are settled, too: their outcomes come with the feed.
      const told = this.#pending.filter(({ seq }) => seq < next);
      const lines = told.map((line) => ({ ...line, outcome: outcomes[line.seq - first], at: server_time }));
      await this.#store.commit({ state: { settled: next - 1 }, lines });
      const is_back = next - 1 < this.settled;
      this.settled = next - 1;
      this.#pending = is_back
        ? await this.#store.lines(this.epoch, next)
        : this.#pending.filter(({ seq }) => seq >= next);
      return lines;
    });
  }

  /** The lines of the next batch. */
  async batch(first, most) {
    const held = this.#pending.filter(({ seq }) => seq >= first);
    return held[0]?.seq === first ? held.slice(0, most) : this.#store.lines(this.epoch, first, most);
  }

  /** The first number of this epoch that is still held; 0 if nothing is. */
  async first() {
    const [line] = await this.#store.lines(this.epoch, 1, 1);
    return line?.seq ?? 0;
  }

  /**
   * Move every held line along into a new epoch: either the old stream stands or the new one.
   *
   * So no line ever stays in an earlier epoch. A restored server may give a number that was used before.
   */
  reopen(device, epoch, nonce, state) {
    return this.alone(async () => {
      const start = await chainStart(device, epoch, nonce);
      const held = await this.#store.allLines();
      const texts = held.map(({ text, epoch: left, seq, hash }) => offeredAgain(text, left, seq, hash));
      const chained = await this.#chained(texts, { epoch, seq: 0, hash: start });
      const lines = chained.map((line, at) => ({ ...line, written: held[at].written }));
      const { seq, hash } = lines.at(-1) ?? { seq: 0, hash: start };
      const begun = { epoch, start, tail: { seq, hash }, settled: 0 };
      const linesGone = held.map((line) => [line.epoch, line.seq]);
      await this.#store.commit({ linesGone, lines, state: { ...state, ...begun } });
      Object.assign(this, begun);
      this.#pending = lines;
    });
  }

  /**
   * Let go of lines that have been safe for thirty days, some at a time, so that nobody waits for it.
   *
   * They are the first ones, up to one that is not over. What ties a boot to a time stays as long as a
   * line of that boot does.
   */
  async purge(durable, server_time) {
    const is_safe = ({ seq }) => seq <= Math.min(durable, this.settled);
    const is_over = (line) => is_safe(line) && line.at && line.at + KEPT_MS < server_time;
    for (let first = 1; first; ) first = await this.alone(() => this.#purgeFrom(first, is_over));
  }

  /** Answers where to go on; 0 where there is nothing more. */
  async #purgeFrom(first, is_over) {
    const held = await this.#store.lines(this.epoch, first, PURGED_MAX);
    const young = held.findIndex((line) => !is_over(line));
    const over = young < 0 ? held : held.slice(0, young);
    // Boots only rise along a stream. The last line may be followed by others of its boot.
    const { boot } = held.length ? JSON.parse(held.at(young).text) : {};
    const isOfBoot = (told) => told.kind === "clock" && told.boot >= boot;
    const gone = over.filter(({ text }) => !isOfBoot(JSON.parse(text)));
    const linesGone = gone.map(({ epoch, seq }) => [epoch, seq]);
    if (gone.length) await this.#store.commit({ linesGone });
    return young < 0 && held.length === PURGED_MAX ? held.at(-1).seq + 1 : 0;
  }
}
