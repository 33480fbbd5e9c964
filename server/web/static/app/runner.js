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

/** The work at hand. */
export class Runner {
  #queue = Promise.resolve();

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
      return this.#keep({ ...first, feedback: null });
    });
  }

  /**
   * Take an input: `{scanned, symbology, entry}`, `{command}` or `{quantity}`.
   * @returns {Promise<?Object>} The step, whose lines are on the disk; null where nobody works.
   */
  give(input, files = []) {
    return this.#alone(async () => {
      // The work was left, or the device wiped, before this input's turn came.
      if (!this.session) return null;
      await this.device.wake();
      const when = { at: this.device.clock.now(), boot: this.device.outbox.boot };
      const told = step(this.definition, this.session, { ...input, ...when }, this.view);
      return this.#keep(told, files);
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
      const held = work?.package && this.device.kept.lease?.package === work.package && now.phase !== "ended";
      await this.device.write(held ? [{ kind: "hand_back", work: work.package }] : [], () => ({
        state: { session_at_work: undefined },
      }));
      this.feedback = null;
    });
  }

  #alone(work) {
    const done = this.#queue.then(work, work);
    this.#queue = done.catch(() => {});
    return done;
  }

  async #keep(told, files = []) {
    const { session, operations, feedback } = told;
    const hashes = { attachments: [], personal: [] };
    for (const { hash, is_text } of files) hashes[is_text ? "personal" : "attachments"].push(hash);
    const named = Object.fromEntries(Object.entries(hashes).filter(([, list]) => list.length));
    const lines = operations.map((operation, at) => (at === 0 ? { ...operation, ...named } : operation));
    await this.device.write(lines, (numbers) => ({
      files,
      state: { session_at_work: recorded(session, numbers.map(({ epoch, seq }) => ({ epoch, seq }))) },
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
