/** What travels: chains, signed texts, batches and documents; SPEC.md, sections 2 to 10. */
import { hex, joined, measured, random, sha256, u64, unhex, utf8 } from "./bytes.js";

/** Base units, the most that a line may tell. */
export const QUANTITY_MAX = 1_000_000;
const BODY_DEPTH = 6; // { pages: [ { documents: [ { body: {

/** The hash with which a stream begins. */
export const chainStart = async (device, epoch, nonce) =>
  hex(await sha256(Uint8Array.of(0), u64(device), u64(epoch), unhex(nonce)));

/** The hash of a line behind another. @param {string} line */
export const chainNext = async (previous, seq, line) =>
  hex(await sha256(Uint8Array.of(1), unhex(previous), u64(seq), measured(line)));

/** The name of the operation with which a hash ends: UUID version 8. @param {string} hash */
export function operationId(hash) {
  const variant = ((Number.parseInt(hash[16], 16) & 3) | 8).toString(16);
  const digits = `${hash.slice(0, 12)}8${hash.slice(13, 16)}${variant}${hash.slice(17, 32)}`;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** The line as it is offered again: the same text, and where it first stood. */
export function offeredAgain(line, epoch, seq, hash) {
  if (JSON.parse(line).again) return line;
  return `${line.slice(0, -1)},"again":${JSON.stringify({ epoch, seq, hash })}}`;
}

/** What is signed of a call. @param {Uint8Array} body As sent. */
export const callText = async (method, target, body) =>
  `totebook-call-1\n${method}\n${target}\n${hex(await sha256(body))}`;

/** What is signed to open an epoch. */
export const epochText = ({ device, attempt, reason, epoch, first, last }) =>
  ["totebook-epoch-1", device, attempt, reason, ...(epoch ? [first, last, epoch] : [])].join("\n");

/** What is signed of a batch; it ends in a newline. */
export const batchText = ({ device, epoch, first, prev, head }, count) =>
  ["totebook-push-1", device, epoch, first, count, prev, head, ""].join("\n");

/** A batch as it is sent. @param {string[]} lines */
export const batchBody = (header, lines) => utf8([JSON.stringify(header), ...lines, ""].join("\n"));

/** The name of what is kept apart, and the salt in it. @param {Uint8Array} content */
export async function salted(content) {
  const salt = random(16);
  return { salt: hex(salt), hash: hex(await sha256(salt, content)) };
}

/** The number of a document in the sum of its scope. @param {string} body */
export async function documentHash(scope, { key, version, body }) {
  const hash = await sha256(measured(scope), measured(key), u64(version), measured(body));
  return BigInt(`0x${hex(hash.subarray(0, 16))}`);
}

/** A sum as the protocol writes it. @param {bigint} sum */
export const sumText = (sum) => BigInt.asUintN(128, sum).toString(16).padStart(32, "0");

/** The bucket of a document: the first byte of its key's hash. */
export const bucketOf = async (key) => (await sha256(utf8(key)))[0];

/** What JSON says, but that bodies of documents stay text, byte for byte as they came. */
export function parsed(json) {
  let depth = 0;
  const quoted = json.replace(/"(?:[^"\\]|\\.)*"|[[\]{}]|[^"[\]{}]+/g, (piece) => {
    const before = depth;
    depth += { "[": 1, "{": 1, "]": -1, "}": -1 }[piece] ?? 0;
    if (Math.max(before, depth) < BODY_DEPTH) return piece;
    const text = JSON.stringify(piece);
    return text.slice(before < BODY_DEPTH ? 0 : 1, depth < BODY_DEPTH ? undefined : -1);
  });
  return JSON.parse(quoted);
}

/** Bytes packed with gzip, which every browser can. @param {Uint8Array} bytes */
export async function packed(bytes) {
  const stream = new Blob([joined(bytes)]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
