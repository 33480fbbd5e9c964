/**
 * Names and addresses of the stops of this device's rounds: asked for once, kept for the road, and
 * erased as soon as the round is not this device's any more.
 */

/** The doors that a device knows. */
export class Doors {
  #asking = false;
  #asked = ""; // The round and contact for which it was asked last: no call is repeated at once.

  /** @param {import("../../device/device.js").Device} device */
  constructor(device, call = (...asked) => fetch(...asked)) {
    Object.assign(this, { device, call });
  }

  /** What is known of a stop; null before the network said it. */
  of(round, stop) {
    return this.device.kept.doors?.[round]?.[stop] ?? null;
  }

  /** Forget what is over, and ask for what is missing; whoever calls need not wait. */
  async follow() {
    if (this.#asking) return;
    this.#asking = true;
    try {
      await this.#forget();
      for (const round of this.#missing()) await this.#ask(round);
    } finally {
      this.#asking = false;
    }
  }

  async #forget() {
    const { kept, held } = this.device;
    const followed = new Set(held.all("round").map(({ id }) => `${id}`));
    const known = Object.entries(kept.doors ?? {});
    const left = known.filter(([round]) => followed.has(round));
    if (left.length < known.length) await this.device.keep({ doors: Object.fromEntries(left) });
  }

  #missing() {
    const { kept, held, contact } = this.device;
    if (!kept.session || !contact || globalThis.navigator?.onLine === false) return [];
    const lacks = (id) => held.listed("stop", `round/${id}`).some((stop) => !this.of(id, stop.id));
    const wanted = held.all("round").map(({ id }) => id).filter(lacks);
    const now = `${contact.at} ${wanted}`;
    if (now === this.#asked) return [];
    this.#asked = now;
    return wanted;
  }

  async #ask(round) {
    const { kept } = this.device;
    const headers = { authorization: `Bearer ${kept.session}` };
    const how = { headers, cache: "no-store", credentials: "omit", redirect: "error" };
    const answer = await this.call(`${kept.url ?? ""}/app/round/${round}`, how)
      .then((response) => (response.ok ? response.json() : null))
      .catch(() => null);
    // A portal's page is no answer, and a round may be over before its doors come.
    if (!Array.isArray(answer?.doors) || !this.device.held.body(`round/${round}`)) return;
    const doors = Object.fromEntries(answer.doors.map((door) => [door.stop, door]));
    await this.device.keep({ doors: { ...this.device.kept.doors, [round]: doors } });
    this.device.changed();
  }
}
