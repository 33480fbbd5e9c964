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
