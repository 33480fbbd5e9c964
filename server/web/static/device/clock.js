/**
 * The device's clock: milliseconds that only rise, counted from its boot; SPEC.md, section 17.
 *
 * A page has no other clock than the one that began with it, so each start of it is a boot. That clock
 * stands still while some devices sleep; then the wall clock has run ahead of it, and a boot begins.
 */

/** Milliseconds by which the wall clock may drift from the monotonic one before that is a sleep. */
const SLEEP_MS_MIN = 5_000;

/** The clock of one start of the app. */
export class Clock {
  #apart;
  #last = 0;

  /**
   * @param {() => number} monotonic
   * @param {() => number} wall
   */
  constructor(monotonic = () => performance.now(), wall = () => Date.now()) {
    this.monotonic = monotonic;
    this.wall = wall;
    this.#apart = wall() - monotonic();
  }

  /** Milliseconds of this boot; never fewer than before. */
  now() {
    this.#last = Math.max(this.#last, Math.floor(this.monotonic()));
    return this.#last;
  }

  /** Whether the device slept or its wall clock was put ahead since last asked. */
  slept() {
    const apart = this.wall() - this.monotonic();
    const is_slept = Math.abs(apart - this.#apart) > SLEEP_MS_MIN;
    if (is_slept) this.#apart = apart;
    return is_slept;
  }
}
