// A second client of the device protocol, written from device_protocol/SPEC.md alone.
// `node client.mjs FOLDER` is driven over its standard input as section 23 of that page says.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";

const COMMAND_MS_MAX = 15_000;
const CALL_MS_MAX = 10_000;
const WAIT_MS_FIRST = 50;
const WAIT_MS_MAX = 30_000;
const LINE_BYTES_MAX = 8_000; // Of 8,192, so that `again` still fits behind it.
const BATCH_HEADER_BYTES = 1_024;
const BAD_CHECKPOINTS_MAX = 3;
const PKCS8_BEFORE_SEED = Buffer.from("302e020100300506032b657004220420", "hex");
const SENT_AGAIN = ["sync.gap", "sync.fork", "sync.malformed_batch", "sync.hash_mismatch"];
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Ends a command; the device keeps everything and tells. */
class Problem extends Error {}
/** No answer, or none that can be believed: wait, and begin again with hello. */
class Doubt extends Error {}

// Bytes, chains and signatures.

const sha256 = (...parts) =>
  parts.reduce((hash, part) => hash.update(part), crypto.createHash("sha256")).digest();
const u64 = (number) => Buffer.from(BigInt(number).toString(16).padStart(16, "0"), "hex");
const u32 = (number) => u64(number).subarray(4);
const measured = (text) => [u32(Buffer.byteLength(text)), text];
const fromHex = (text) => Buffer.from(text, "hex");

export const chainStart = (device, epoch, nonce) =>
  sha256(Buffer.of(0), u64(device), u64(epoch), fromHex(nonce)).toString("hex");
export const chainNext = (previous, seq, line) =>
  sha256(Buffer.of(1), fromHex(previous), u64(seq), ...measured(line)).toString("hex");

export function sign(seed, text) {
  const key = Buffer.concat([PKCS8_BEFORE_SEED, Buffer.from(seed, "base64url")]);
  const private_key = crypto.createPrivateKey({ key, format: "der", type: "pkcs8" });
  return crypto.sign(null, Buffer.from(text), private_key).toString("base64url");
}

export const callText = (target, body) =>
  `totebook-call-1\nPOST\n${target}\n${sha256(body).toString("hex")}`;
export const epochText = ({ device, attempt, reason, epoch, first, last }) =>
  ["totebook-epoch-1", device, attempt, reason, ...(epoch ? [first, last, epoch] : [])].join("\n");

export function pushBody(seed, { device, epoch, first, prev, head }, lines) {
  const text = ["totebook-push-1", device, epoch, first, lines.length, prev, head, ""].join("\n");
  const header = JSON.stringify({ device, epoch, first, prev, head, signature: sign(seed, text) });
  return Buffer.from([header, ...lines, ""].join("\n"));
}

/** The line as it is offered again: the same text, and where it first stood. */
export const offeredAgain = (line, epoch, seq, hash) =>
  JSON.parse(line).again
    ? line
    : `${line.slice(0, -1)},"again":${JSON.stringify({ epoch, seq, hash })}}`;

// Documents: maps of keys to versions and bodies, which are texts as they stood in the answer.

export const bucketOf = (key) => sha256(key)[0];
export const documentHash = (scope, key, version, body) =>
  sha256(...measured(scope), ...measured(key), u64(version), ...measured(body)).subarray(0, 16);

export function sumOf(scope, documents) {
  let sum = 0n;
  for (const [key, { version, body }] of documents)
    sum += BigInt(`0x${documentHash(scope, key, version, body).toString("hex")}`);
  return BigInt.asUintN(128, sum).toString(16).padStart(32, "0");
}

export function bucketSums(scope, documents) {
  const buckets = Array.from({ length: 256 }, () => new Map());
  for (const [key, document] of documents) buckets[bucketOf(key)].set(key, document);
  return buckets.map((bucket) => sumOf(scope, bucket)).join("");
}

/** The text of each member of the outermost object or list in well-formed JSON. */
export function membersOf(json) {
  const found = new Map();
  let [depth, start, end, key] = [0, -1, 0, undefined];
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/g)) {
    if (depth === 1 && token === ":") [key, start] = [JSON.parse(json.slice(start, end)), -1];
    else if (depth === 1 && ["]", "}", ","].includes(token)) {
      if (start >= 0) found.set(key ?? found.size, json.slice(start, end));
      [key, start] = [undefined, -1];
    } else if (depth > 0 && start < 0) start = index;
    depth += { "[": 1, "{": 1, "]": -1, "}": -1 }[token] ?? 0;
    end = index + token.length;
  }
  return found;
}

const listOf = (json, key) => [...membersOf(membersOf(json).get(key) ?? "[]").values()];
const readDocument = (json) => {
  const { key, version = 0, body } = JSON.parse(json);
  return { key, version, body: body == null ? null : membersOf(json).get("body") };
};
const readPage = (json) => ({
  ...JSON.parse(json),
  documents: listOf(json, "documents").map(readDocument),
});

export function merged(held, documents) {
  const after = new Map(held);
  for (const { key, version, body } of documents) {
    if (after.has(key) && after.get(key).version >= version) continue;
    if (body === null) after.delete(key);
    else after.set(key, { version, body });
  }
  return after;
}

// What the device knows, by the changes in its journal.

const CHANGES = {
  noted: (state, members) => Object.assign(state, members), // key, boot, session, attempt, protocol
  enrolled(state, url, { device, site, epoch, nonce }) {
    Object.assign(state, { url, device, site, boot: 0, alarms: 0, scopes: new Map(), lines: [] });
    CHANGES.stream(state, epoch, nonce);
  },
  stream(state, epoch, nonce) {
    const { lines, hashes, epoch: left } = state; // hashes[n] is the chain behind lines[n - 1].
    Object.assign(state, { epoch, lines: [], settled: 0, outcomes: {}, attempt: null });
    state.hashes = [chainStart(state.device, epoch, nonce)];
    lines.forEach((line, n) => CHANGES.line(state, offeredAgain(line, left, n + 1, hashes[n + 1])));
  },
  line(state, line) {
    state.hashes.push(chainNext(state.hashes.at(-1), state.hashes.length, line));
    state.lines.push(line);
  },
  settled(state, next, outcomes) {
    outcomes.forEach((outcome, n) => (state.outcomes[next - outcomes.length + n] = outcome));
    state.settled = next - 1;
  },
  scope(state, scope, cursor, documents) {
    const held = state.scopes.get(scope)?.documents;
    state.scopes.set(scope, { cursor, documents: merged(held, documents) });
  },
  forgotten(state, scope, alarms) {
    state.scopes.delete(scope);
    state.alarms += alarms;
  },
};

/** State in a folder: a change is one line of the journal, on the disk before it counts. */
class Journal {
  constructor(folder) {
    fs.mkdirSync(folder, { recursive: true });
    this.file = fs.openSync(path.join(folder, "journal"), "a+");
    fs.fsyncSync(fs.openSync(folder)); // Else a crash could take the new file's name away.
    const read = fs.readFileSync(this.file);
    this.bytes = read.lastIndexOf("\n") + 1; // What stands behind was cut off, and never answered.
    this.state = {};
    const changes = read.toString("utf-8", 0, this.bytes).split("\n").slice(0, -1);
    for (const [name, ...values] of changes.map((text) => JSON.parse(text)))
      CHANGES[name](this.state, ...values);
  }

  commit(name, ...values) {
    const change = Buffer.from(`${JSON.stringify([name, ...values])}\n`);
    fs.ftruncateSync(this.file, this.bytes); // An earlier change may have met a full disk.
    fs.appendFileSync(this.file, change, { flush: true });
    this.bytes += change.length;
    CHANGES[name](this.state, ...values);
  }

  erase() {
    fs.ftruncateSync(this.file, (this.bytes = 0));
    fs.fsyncSync(this.file);
    this.state = {};
  }
}

const now = () => Math.floor(performance.now());
const isHash = (text) => /^[0-9a-f]{64}$/.test(text);
const isStream = ({ epoch, nonce }) => epoch > 0 && /^[0-9a-f]{32}$/.test(nonce);
const isHello = ({ next, head, limits, server_time }) =>
  next > 0 && isHash(head) && limits?.push_bytes > 0 && server_time > 0;
const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** A device; each process that runs it is a boot, with a clock of its own. */
class Device extends Journal {
  not_before = 0;
  batch_max = Infinity;
  packing = { "content-encoding": "zstd" };

  async patiently(work) {
    this.deadline = now() + COMMAND_MS_MAX;
    for (let wait_ms = WAIT_MS_FIRST; ; wait_ms = Math.min(2 * wait_ms, WAIT_MS_MAX)) {
      if (this.not_before > this.deadline) throw new Problem(this.problem);
      await sleep(Math.max(0, this.not_before - now()));
      try {
        return await work();
      } catch (error) {
        this.problem = error.message;
        if (error.message === "sync.epoch_closed") this.needEpoch();
        else if (!(error instanceof Doubt)) throw error;
        this.not_before = now() + (error.wait_ms || wait_ms * (1 - Math.random() / 2));
      }
    }
  }

  async call(name, body, fits, headers = {}) {
    const { url, device, key } = this.state;
    const target = `/device/v1/${name}`;
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const signature = `${device}:${sign(key.seed, callText(target, bytes))}`;
    const signal = AbortSignal.timeout(Math.max(1, Math.min(CALL_MS_MAX, this.deadline - now())));
    const all = { "content-type": "application/json", "totebook-signature": signature, ...headers };
    const request = { method: "POST", body: bytes, headers: all, redirect: "manual", signal };
    const response = await fetch((url ?? key.url) + target, request).catch(() => null);
    const text = await response?.arrayBuffer().then((read) => UTF8.decode(read)).catch(() => null);
    const answer = parsed(text ?? "");
    if (response?.ok && answer && fits(answer)) return { answer, text };
    const status = response?.status ?? 0;
    const code = answer?.code ?? (status ? `http_${status}` : "unreachable");
    const is_final = status >= 400 && status < 500 && status !== 429 && !SENT_AGAIN.includes(code);
    const wait_ms = 1_000 * Number(response?.headers.get("retry-after")) || 0;
    throw Object.assign(new (is_final ? Problem : Doubt)(code), { status, wait_ms });
  }

  async callWithSession(name, body, fits) {
    const headers = { authorization: `Bearer ${this.state.session}` };
    return this.call(name, body, fits, headers).catch((error) => {
      if (error.status === 401) this.commit("noted", { session: null });
      throw error;
    });
  }

  async enrol({ url, code }) {
    if (this.state.device && code !== this.state.key.code) throw new Problem("enrolled_already");
    if (!this.state.device) {
      const seed = this.state.key?.seed ?? crypto.generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" }).d
    }
  }
}
