/**
 * The device: who it is, its stream, its documents and its talk with the server.
 *
 * One at a time in a browser (see `only.js`). Nothing that a network does keeps a person from working:
 * `write` needs none.
 */
import { Calls, Doubt, Problem } from "./calls.js";
import { Clock } from "./clock.js";
import { Files } from "./files.js";
import { Leases } from "./leases.js";
import { HeldDocuments } from "../workflow/held.js";
import { makeKeys, publicOf, sign } from "./keys.js";
import { checked, verifierOf } from "./pins.js";
import { Outbox } from "./outbox.js";
import { Replica } from "./replica.js";
import { Sync } from "./sync.js";

const SIGN_IN_MS_MAX = 8_000;
const WAIT_MS_MIN = 200;
const WAIT_MS_MAX = 30_000;
const BROWSER_KEYS = { makeKeys, publicOf, sign };

/** A device of one store. */
export class Device {
  #listeners = new Set();
  #running = null;
  #remembered = null; // Who signed in without a network; a PIN is in memory alone.

  /**
   * @param {import("./store.js").Store} store
   * @param {Object} [given] For tests: another `fetch`, `clock`, ring of `keys`, name of the `app`.
   */
  constructor(store, given = {}) {
    const { fetch: call = (...asked) => fetch(...asked), clock = new Clock(), keys = BROWSER_KEYS } = given;
    Object.assign(this, { store, clock, ring: keys, app: given.app ?? "totebook-browser/1" });
    Object.assign(this, { problem: "", battery: null, kept: {}, contact: null, upgrade: "" });
    this.calls = new Calls({
      url: () => this.kept.url ?? "",
      sign: (text) => this.sign(text),
      device: () => this.kept.device,
      session: () => this.kept.session,
      fetch: call,
    });
    this.held = new HeldDocuments();
    this.outbox = new Outbox(store);
    this.replica = new Replica(store, this.held);
    this.files = new Files(store, this.calls);
    this.leases = new Leases(this);
    this.sync_ = new Sync(this);
  }

  /** Open what the store keeps, and begin a boot. */
  async open() {
    this.kept = await this.store.state();
    await this.keep({ boot: (this.kept.boot ?? 0) + 1 });
    await this.outbox.open(this.kept);
    await this.replica.open(this.kept);
    await this.files.open();
    // A page of grants may have been kept, and the app killed before it was followed.
    if (this.is_enrolled) await this.leases.follow();
    return this;
  }

  /** Change what is kept of who the device is: on the disk first, then here. */
  async keep(state) {
    await this.store.commit({ state });
    this.kept = { ...this.kept, ...state };
  }

  get is_enrolled() {
    return Boolean(this.kept.device);
  }

  /** The scope of the documents that are for this device alone. */
  get scope() {
    return `${this.kept.site}/device/${this.kept.device}`;
  }

  /** Sign by the device's key. */
  sign(text) {
    return this.ring.sign(this.kept.keys, text);
  }

  /** Be told whenever something changed that a screen may show; answers how to stop. */
  onChange(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed() {
    for (const listener of this.#listeners) listener();
  }

  /** Become a device by a one-time code; the key is kept before the call leaves. */
  async enrol(code, { url = "", name = "" } = {}) {
    if (this.is_enrolled && this.kept.code !== code) throw new Problem("enrolled_already");
    if (!this.is_enrolled) {
      await this.keep({ url, code, keys: this.kept.keys ?? (await this.ring.makeKeys()) });
      const public_key = await this.ring.publicOf(this.kept.keys);
      const request = { code, public_key, app: this.app, ...(name ? { name } : {}) };
      const fits = ({ device, epoch, nonce }) => device > 0 && epoch > 0 && /^[0-9a-f]{32}$/.test(nonce);
      const answer = await this.calls.ask("enrol", request, fits, { signed: false });
      const { device, site, epoch, nonce } = answer;
      await this.outbox.begin(device, epoch, nonce, { device, site, name });
      this.kept = { ...this.kept, device, site, name };
    }
    this.changed();
    return { device: this.kept.device, site: this.kept.site, epoch: this.outbox.epoch };
  }

  /** Sign a person in by the server. What they do carries their grant from then on. */
  async signIn(person, pin) {
    const request = { device: this.kept.device, person, pin };
    const fits = ({ token, grant }) => token && grant;
    const answer = await this.calls.ask("sign_in", request, fits, { wait_ms: SIGN_IN_MS_MAX });
    const { token: session, grant, expires } = answer;
    const pins = { ...this.kept.pins, [person]: await verifierOf(pin) };
    await this.keep({ session, grant, person, expires, pins });
    this.#remembered = null;
    this.changed();
    return { grant };
  }

  /**
   * Sign in somebody who may act here and signed in here before, without a network.
   *
   * There is no session by it: what they do is pushed, and the server is asked as soon as it is there.
   */
  async signInAlone(person, pin) {
    const grants = this.held.coded("actor", person).filter(({ until }) => until > Date.now());
    const [actor] = grants.sort((one, other) => other.until - one.until || other.id - one.id);
    const verifier = this.kept.pins?.[person];
    if (!actor || !verifier) throw new Problem("sign_in.offline");
    const { code, ...told } = await checked(verifier, pin, { boot: this.outbox.boot, at: this.clock.now() });
    await this.keep({ pins: { ...this.kept.pins, [person]: told } });
    if (code) throw new Problem(code);
    await this.keep({ session: null, grant: String(actor.id), person, expires: actor.until });
    this.#remembered = { person, pin };
    this.changed();
    return { grant: this.kept.grant };
  }

  /** Ask the server for the session of who signed in without it; a wrong PIN is for the person. */
  async #signInLate() {
    const { person, pin } = this.#remembered;
    try {
      await this.signIn(person, pin);
    } catch (error) {
      // Without an answer it is asked again; facts wait for no sign-in.
      if (!(error instanceof Doubt)) this.#remembered = null;
    }
  }

  /** Let another person go on, by the badge that the work took. */
  async become({ grant, person }, state = {}) {
    await this.keep({ ...state, grant, person });
    this.changed();
  }

  /** End the session here; lines stay, and pushing goes on. */
  async signOut() {
    this.#remembered = null;
    await this.keep({ session: null, grant: "", person: "", expires: 0 });
    this.changed();
  }

  /**
   * Write operations down; they are on the disk when this is answered.
   * @param {Object[]} operations
   * @param {(numbers: Object[]) => Object} [beside] What is kept in the same transaction.
   */
  async write(operations, beside = () => ({})) {
    await this.wake();
    const actor = this.kept.grant ? { actor: this.kept.grant } : {};
    const told = operations.map((operation) => ({ ...actor, ...operation }));
    let changes = {};
    const numbers = await this.outbox.write(told, this.clock.now(), (given) => (changes = beside(given)));
    this.kept = { ...this.kept, ...changes.state };
    this.changed();
    return numbers;
  }

  /** Begin a boot if the clock stood still for a while, or somebody set it. */
  async wake() {
    if (!this.clock.slept()) return;
    await this.outbox.alone(async () => {
      await this.keep({ boot: this.kept.boot + 1 });
      this.outbox.boot = this.kept.boot;
    });
  }

  /** Talk to the server once; a second call while one runs waits for that one. */
  sync() {
    this.#running ??= this.#talk().finally(() => {
      this.#running = null;
      this.changed();
    });
    return this.#running;
  }

  async #talk() {
    try {
      if (this.#remembered) await this.#signInLate();
      const told = await this.sync_.all();
      this.problem = "";
      return told;
    } catch (error) {
      this.problem = error instanceof Problem ? error.code : `fault: ${error.message}`;
      if (this.problem === "session_ended") await this.keep({ session: null });
      throw error;
    }
  }

  /** Talk until all went through, or until a problem that waiting does not mend, or for so long. */
  async patiently(work, ms_max, wait_ms_min = WAIT_MS_MIN) {
    const until = performance.now() + ms_max;
    for (let wait_ms = wait_ms_min; ; wait_ms = Math.min(2 * wait_ms, WAIT_MS_MAX)) {
      try {
        return await work();
      } catch (error) {
        const wait = error.wait_ms || wait_ms * (1 - Math.random() / 2);
        if (!(error instanceof Doubt) || performance.now() + wait > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  /** Note what a hello answered. */
  heard({ server_time, upgrade = "" }) {
    this.contact = { at: Date.now(), server_time };
    this.upgrade = upgrade;
    this.changed();
  }

  /** Erase everything and be nobody. */
  async wipe() {
    await this.store.wipe({ boot: this.kept.boot });
    this.#remembered = null;
    this.kept = { boot: this.kept.boot };
    await this.outbox.open(this.kept);
    for (const scope of Object.keys(this.replica.scopes)) this.held.drop(scope);
    await this.replica.open({});
    await this.files.open();
    this.changed();
  }
}
