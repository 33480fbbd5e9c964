/**
 * A PIN that is checked without a network: kept is what can check it, never the PIN.
 *
 * It is made when its person signs in by the server on this very device. Five wrong ones lock it for a
 * quarter of an hour of the device's clock, which nobody can set; the server counts its own. A PIN is
 * short: the work of a guess is all that can hinder who reads the disk.
 */
import { utf8 } from "./bytes.js";

const ROUNDS = 310_000;
const SALT_BYTES = 16;
const BITS = 256;
const WRONG_MAX = 5;
const LOCKED_MS = 15 * 60_000;

/** What checks a PIN from now on. @param {string} pin */
export async function verifierOf(pin) {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  return { salt, rounds: ROUNDS, hash: await derived(pin, salt, ROUNDS), wrong: 0, lock: null };
}

/**
 * Check a PIN; answers the verifier to keep, and a `code` where the person may not go on.
 * @param {{salt: Uint8Array, rounds: number, hash: Uint8Array, wrong: number, lock: ?Lock}} verifier
 * @param {{boot: number, at: number}} now The boot, and milliseconds of it.
 */
export async function checked(verifier, pin, now) {
  const left_ms = leftOf(verifier.lock, now);
  if (left_ms > 0) return { ...verifier, lock: { ...now, left_ms }, code: "locked" };
  const hash = await derived(pin, verifier.salt, verifier.rounds);
  const differing = hash.reduce((found, byte, at) => found | (byte ^ verifier.hash[at]), 0);
  if (!differing) return { ...verifier, wrong: 0, lock: null };
  const wrong = verifier.wrong + 1;
  if (wrong < WRONG_MAX) return { ...verifier, wrong, lock: null, code: "sign_in.wrong" };
  return { ...verifier, wrong: 0, lock: { ...now, left_ms: LOCKED_MS }, code: "locked" };
}

/**
 * What is left of a lock, as it was at a moment of a boot; between two boots nobody counted.
 * @typedef {{boot: number, at: number, left_ms: number}} Lock
 */
function leftOf(lock, { boot, at }) {
  if (!lock) return 0;
  return lock.boot === boot ? lock.left_ms - (at - lock.at) : lock.left_ms;
}

async function derived(pin, salt, iterations) {
  const key = await crypto.subtle.importKey("raw", utf8(pin), "PBKDF2", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, key, BITS));
}
