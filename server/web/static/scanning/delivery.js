/**
 * One scan that a device delivers twice, as an intent and as keystrokes.
 *
 * Told by source and milliseconds, never by value: two like items scanned fast by one source are
 * two. Each source delivers a scan once and in order, so what arrives is taken as the oldest scan
 * near in time that this source has not delivered yet.
 */

/** Milliseconds between the two deliveries of one scan; people need longer between two scans. */
const GAP_MS_MAX = 150;

/** The scans of a device and what of them may still be delivered once more. */
export class Deliveries {
  #scans = 0;
  #open = [];

  /**
   * Take a delivery.
   * @param {string} source
   * @param {number} at_ms When it arrived; for keystrokes the first of them.
   * @returns {{scan: number, again: boolean}} Which scan it is, and whether it was delivered before.
   */
  take(source, at_ms) {
    this.#open = this.#open.filter((scan) => Math.abs(at_ms - scan.at_ms) <= GAP_MS_MAX);
    const told = this.#open.find(({ sources }) => !sources.includes(source));
    if (told) {
      told.sources.push(source);
      return { scan: told.scan, again: true };
    }
    this.#scans += 1;
    this.#open.push({ scan: this.#scans, at_ms, sources: [source] });
    return { scan: this.#scans, again: false };
  }
}
