/**
 * A person's work on this device: inputs in, prompts out, lines and session kept together.
 *
 * Inputs are taken one after the other, however fast they come, and each is on the disk before it is
 * answered: so what beeps is never lost, and after a killed page the work goes on at the very step.
 */
import { begin, show, step } from "../workflow/interpreter.js";
import { definitionFor } from "../workflow/following.js";
import { recorded } from "../workflow/session.js";
import { viewOver } from "../workflow/shown.js";
import { Labels } from "./labels.js";
import { duesLeft, paidBefore } from "./road/paid.js";

/** The work at hand. */
export class Runner {
  #queue = Promise.resolve();
  #labels = new Labels();

  /**
   * @param {import("../device/device.js").Device} device
   * @param {Object<string, Object>} builtin Workflows that the app brings, by name.
   * @param {() => string} today
   */
  constructor(device, builtin, today) {
    Object.assign(this, { device, builtin, today, feedback: null });
  }

  /** The session that is kept, if any. */
  get session() {
    return this.device.kept.session_at_work ?? null;
  }

  get definition() {
    const { workflow } = this.session;
    return definitionFor(workflow, this.builtin, this.device.held.body(`workflow/${workflow}`));
  }

  get view() {
    return viewOver(this.device.held, this.session.workflow, this.today());
  }

  /** What to show now; null where nobody works. */
  get prompt() {
    return this.session ? show(this.definition, this.session, this.view) : null;
  }

  /** Begin a piece of work. */
  begin(workflow, work = {}) {
    return this.#alone(async () => {
      await this.device.wake();
      const definition = definitionFor(workflow, this.builtin, this.device.held.body(`workflow/${workflow}`));
      const view = viewOver(this.device.held, workflow, this.today());
      const activity = { activity: crypto.randomUUID().slice(0, 13) };
      const when = { at: this.device.clock.now(), boot: this.device.outbox.boot };
      const first = begin(definition, { ...activity, ...work }, this.device.kept.grant ?? "", view, when);
      const paid = workflow === "deliver" ? await paidBefore(this.device) : {};
      const session = { ...first.session, amounts: { ...first.session.amounts, ...paid } };
      return this.#keep({ ...first, session, feedback: null });
    });
  }

  /**
   * Take an input: `{scanned, symbology, entry}`, `{command}` or `{quantity}`.
   * @returns {Promise<?Object>} The step, whose lines are on the disk; null where nobody works.
   */
  give(input) {
    return this.#alone(async () => {
      // The work was left, or the device wiped, before this input's turn came.
      if (!this.session) return null;
      await this.device.wake();
      const when = { at: this.device.clock.now(), boot: this.device.outbox.boot };
      const whole = this.#labels.whole(input, this.session);
      if (!whole) return this.#same();
      const session = { ...whole.session, work: this.device.leases.fenced(whole.session.work) };
      const told = step(this.definition, session, { ...whole.input, ...when }, this.view);
      const kept = await this.#keep(told);
      this.#labels.note(this.session, told.operations);
      return kept;
    });
  }

  /** Pictures that are kept for the next line; they are named by it. @returns {{hash: string}[]} */
  get proof() {
    return this.device.kept.proof ?? [];
  }

  /**
   * Keep a picture for the next line that is written, however many steps that takes.
   * @param {Object} file See `fileOf`; it is on the disk when this is answered.
   */
  attach(file) {
    return this.#alone(async () => {
      const { hash, is_text } = file;
      const state = { proof: [...this.proof, { hash, is_text }] };
      await this.device.write([], () => ({ files: [file], state }));
      await this.device.files.open();
      this.device.changed();
    });
  }

  /** Wait until every input that was given is kept. */
  rest() {
    return this.#alone(async () => {});
  }

  /** Let who signed in now go on with the work at hand, at the very step. */
  handTo(actor) {
    return this.#alone(async () => {
      if (!this.session || this.session.actor === actor) return;
      await this.device.keep({ session_at_work: { ...this.session, actor, parked: false } });
    });
  }

  /** Leave the work; what was written stays, and a package that is not done is given back. */
  leave() {
    return this.#alone(async () => {
      const { work, now } = this.session ?? {};
      const held = work?.package && this.device.leases.of(work.package) && now.phase !== "ended";
      await this.device.write(held ? [{ kind: "hand_back", work: work.package }] : [], () => ({
        filesGone: this.proof.map(({ hash }) => hash),
        state: { session_at_work: undefined, proof: undefined, dues: duesLeft(this.device, this.session) },
      }));
      this.feedback = null;
    });
  }

  #alone(work) {
    const done = this.#queue.then(work, work);
    this.#queue = done.catch(() => {});
    return done;
  }

  /** Another code of a label of which a line is written already: it counts once. */
  #same() {
    this.feedback = { key: "note.same_label", fields: {}, tone: "note" };
    return { session: this.session, operations: [], feedback: this.feedback, prompt: this.prompt };
  }

  async #keep(told) {
    const { session, operations, feedback } = told;
    const hashes = { attachments: [], personal: [] };
    for (const { hash, is_text } of this.proof) hashes[is_text ? "personal" : "attachments"].push(hash);
    const named = Object.fromEntries(Object.entries(hashes).filter(([, list]) => list.length));
    // What takes something back proves nothing: the picture waits for what was done.
    const first = operations.findIndex(({ kind }) => kind !== "undo");
    const lines = operations.map((operation, at) => (at === first ? { ...operation, ...named } : operation));
    const proof = first < 0 ? this.device.kept.proof : undefined;
    await this.device.write(lines, (numbers) => ({
      state: { proof, session_at_work: recorded(session, numbers.map(({ epoch, seq }) => ({ epoch, seq }))) },
    }));
    this.feedback = feedback;
    if (session.actor !== this.device.kept.grant) await this.#follow(session.actor);
    return { ...told, session: this.session };
  }

  /** Another person's badge went on with the work: the device is theirs, too. */
  async #follow(grant) {
    const person = this.device.held.body(`actor/${grant}`)?.badge ?? "";
    if (grant) await this.device.become({ grant, person });
  }
}
