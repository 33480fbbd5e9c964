/**
 * Leases of work that this device was granted; SPEC.md, section 16.
 *
 * A grant comes in the outcome of the claim, or as a document of the device's scope, or both: the claim
 * names it, and a name counts once. Should the answer be lost, the document alone tells of it.
 */
import { operationId } from "./wire.js";

const GRANT = "grant/";

/**
 * A lease, since when it runs, and the version of its document; 0 as long as none was seen.
 * @typedef {{work: number, package: number, fence: number, duration_ms: number, operation: string,
 *   boot: number, at: number, version: number}} Lease
 */

/** What a device may take for its own, each for a time on its monotonic clock. */
export class Leases {
  #device;

  /** @param {import("./device.js").Device} device */
  constructor(device) {
    this.#device = device;
  }

  /** The lease of a package; undefined where it was never this device's. @returns {Lease=} */
  of(work) {
    return this.#held[work ?? ""];
  }

  /** Whether the time of a package that was this device's is over; after a restart nobody counted it. */
  isOver(work) {
    const { outbox, clock } = this.#device;
    const lease = this.of(work);
    return Boolean(lease) && (lease.boot !== outbox.boot || clock.now() > lease.at + lease.duration_ms);
  }

  /** A piece of work under the fence of its lease: one that came late counts from then on. */
  fenced(work) {
    const { fence } = this.of(work.package) ?? {};
    return fence > (work.fence ?? -1) ? { ...work, fence } : work;
  }

  /** Take what came with the outcomes of lines. */
  async told(lines) {
    let held = this.#held;
    for (const line of lines) {
      const lease = line.outcome?.grant?.lease;
      const before = held[lease?.work];
      if (!isLease(lease) || before?.fence > lease.fence) continue;
      const operation = operationId(line.hash);
      if (before?.operation === operation) continue;
      held = withLease(held, { ...lease, operation, ...this.#asked(line) });
    }
    await this.#keep(held);
  }

  /** Take what the documents of this device say, and let go of what they say no longer. */
  async follow() {
    const { held: replica, scope } = this.#device;
    const documents = replica.versions("grant", scope);
    const keys = new Set(documents.map(({ key }) => key));
    const is_gone = ({ version, operation }) => version && !keys.has(GRANT + operation);
    let held = Object.values(this.#held).some(is_gone)
      ? Object.fromEntries(Object.entries(this.#held).filter(([, lease]) => !is_gone(lease)))
      : this.#held;
    for (const { key, version, body } of documents.sort((one, other) => one.version - other.version)) {
      const [lease, operation] = [body?.lease, key.slice(GRANT.length)];
      const before = held[lease?.work];
      const is_known = before?.operation === operation;
      if (!isLease(lease) || before?.version >= version) continue;
      if (!is_known && before?.fence > lease.fence) continue;
      const asked = is_known ? before : this.#asked(await this.#line(operation));
      held = withLease(held, { ...lease, ...asked, operation, version });
    }
    await this.#keep(held);
  }

  get #held() {
    return this.#device.kept.leases ?? {};
  }

  async #line(operation) {
    return (await this.#device.store.allLines()).find(({ hash }) => operationId(hash) === operation);
  }

  /** A lease counts from when it was asked for, so that it never outlasts the server's. */
  #asked(line) {
    const { outbox, clock } = this.#device;
    const { boot = 0, ended = 0 } = line ? JSON.parse(line.text) : {};
    return { boot: outbox.boot, at: boot === outbox.boot ? ended : clock.now(), version: 0 };
  }

  async #keep(leases) {
    if (leases !== this.#held) await this.#device.keep({ leases });
  }
}

/** Grants are of other kinds, too, and a newer server may write what nobody here knows. */
const isLease = (lease) => [lease?.work, lease?.fence, lease?.duration_ms].every(Number.isSafeInteger);
const withLease = (held, lease) => ({ ...held, [lease.work]: lease });
