/** Bytes, texts and hashes; SPEC.md, sections 1 and 2. */

const encoder = new TextEncoder();

/** The bytes of a text in UTF-8. @param {string} text @returns {Uint8Array} */
export const utf8 = (text) => encoder.encode(text);

/** Bytes one after the other; texts count as UTF-8. @param {...(Uint8Array|string)} parts */
export function joined(...parts) {
  const pieces = parts.map((part) => (typeof part === "string" ? utf8(part) : part));
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** A whole number as eight bytes, big-endian. @param {number|bigint} number */
export function u64(number) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
}

/** A text with its length in four bytes before it. @param {string} text */
export function measured(text) {
  const bytes = utf8(text);
  return joined(u64(bytes.length).subarray(4), bytes);
}

/** @param {Uint8Array} bytes */
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param {string} text @returns {Uint8Array} */
export const unhex = (text) =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** Base64url without padding. @param {Uint8Array} bytes */
export const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** @param {...(Uint8Array|string)} parts @returns {Promise<Uint8Array>} */
export const sha256 = async (...parts) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));

/** So many random bytes. @param {number} count */
export const random = (count) => crypto.getRandomValues(new Uint8Array(count));
