/**
 * Keeps the device in touch: at once after work, when a hint says so, and every so often without one.
 *
 * The network may come and go; what it does is shown, and keeps nobody from working.
 */
import { Doubt, Problem } from "../device/calls.js";
import { listen } from "../device/live.js";

const POLL_MS = 20_000;
const SOON_MS = 400;
const WAIT_MS_MAX = 60_000;

/** The device's contact with the server while a page is open. */
export class Keeper {
  #timer = 0;
  #wait_ms = SOON_MS;
  #ears = null;
  #stopped = false;

  /** @param {import("../device/device.js").Device} device */
  constructor(device) {
    this.device = device;
  }

  /** Begin, and go on until stopped. */
  start() {
    globalThis.addEventListener?.("online", () => {
      this.#wait_ms = SOON_MS;
      this.soon(0);
    });
    this.soon(0);
  }

  /** End; nothing is sent any more. */
  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#ears?.abort();
  }

  /** Talk to the server soon, several wishes at once. */
  soon(ms = SOON_MS) {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#talk(), ms);
  }

  async #talk() {
    let next_ms = POLL_MS;
    try {
      if (this.device.is_enrolled) await this.device.sync();
      this.#wait_ms = SOON_MS;
      this.#hear();
    } catch (error) {
      if (!(error instanceof Problem)) console.error(error);
      // A doubt is mended by waiting; anything else by somebody who reads it.
      this.#wait_ms = Math.min(2 * this.#wait_ms, error instanceof Doubt ? WAIT_MS_MAX / 2 : WAIT_MS_MAX);
      next_ms = error.wait_ms || this.#wait_ms;
    }
    if (this.device.outbox.pending && next_ms === POLL_MS) next_ms = SOON_MS;
    this.soon(next_ms);
  }

  #hear() {
    if (this.#ears || !this.device.kept.session || this.device.kept.protocol < 2) return;
    const ears = new AbortController();
    this.#ears = ears;
    const done = () => {
      if (this.#ears === ears) this.#ears = null;
    };
    listen(this.device.calls, () => this.soon(), ears.signal).then(done, done);
  }
}
