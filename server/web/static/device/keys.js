/**
 * The device's key, made by the browser and never to be read by anybody, scripts of ours included.
 *
 * A key pair is kept as the browser's own object; only its public half can be told.
 */
import { base64url, utf8 } from "./bytes.js";

const ED25519 = { name: "Ed25519" };

/** A key pair whose private half cannot be exported. @returns {Promise<CryptoKeyPair>} */
export const makeKeys = () => crypto.subtle.generateKey(ED25519, false, ["sign", "verify"]);

/** The public key as the protocol tells it. @param {CryptoKeyPair} keys */
export const publicOf = async ({ publicKey }) =>
  base64url(new Uint8Array(await crypto.subtle.exportKey("raw", publicKey)));

/** A signature as the protocol tells it. @param {CryptoKeyPair} keys @param {string} text */
export const sign = async ({ privateKey }, text) =>
  base64url(new Uint8Array(await crypto.subtle.sign(ED25519, privateKey, utf8(text))));

/** Take another key; SPEC.md, section 14. @param {import("./device.js").Device} device */
export async function rotate(device) {
  const { kept, ring, calls } = device;
  const next = kept.next_keys ?? (await ring.makeKeys());
  await device.keep({ next_keys: next });
  const public_key = await ring.publicOf(next);
  const proof = await ring.sign(next, ["totebook-rotate-1", kept.device, public_key].join("\n"));
  const told = { device: kept.device, public_key, proof };
  const fits = (answer) => answer.public_key === public_key;
  const ask = (signed) => calls.ask("rotate", told, fits, { sign: signed });
  try {
    // A rotation whose answer was lost may have come through: then the next key is the one that counts.
    await ask((text) => device.sign(text)).catch((error) => {
      if (error.status !== 401) throw error;
      return ask((text) => ring.sign(next, text));
    });
  } catch (error) {
    if (error.code === "rotate.refused") await device.keep({ next_keys: undefined });
    throw error;
  }
  await device.keep({ keys: next, next_keys: undefined });
}
