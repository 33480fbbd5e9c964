// A second client of the device protocol, written from device_protocol/SPEC.md alone.
// `node client.mjs FOLDER` is driven over its standard input as section 23 of that page says.
import crypto from "node:crypto";
import fs from "node:fs";
import readline from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import zlib from "node:zlib";

const COMMAND_MS_MAX = 15_000;
const WAIT_MS = { first: 50, max: 30_000 };
const LINE_BYTES_MAX = 8_000; // Of 8,192, so that `again` still fits behind it.
const APP = "totebook-javascript/1";
const NOBODY = { boot: 0, lines: [], settled: 0, scopes: {}, alarms: 0 };

/** Ends a command; the device keeps everything and tells. */
class Problem extends Error {}
/** No answer, or none that can be believed: wait, and begin again with hello. */
class Doubt extends Error {}
const DOUBTS = [413, 415, 429, "sync.gap", "sync.fork", "sync.malformed_batch", "sync.hash_mismatch"];

// Bytes, chains and signatures.

const sha256 = (...parts) =>
  parts.reduce((hash, part) => hash.update(part), crypto.createHash("sha256")).digest();
const u64 = (number) => Buffer.from(BigInt(number).toString(16).padStart(16, "0"), "hex");
const measured = (text) => [u64(Buffer.byteLength(text)).subarray(4), text];
export const chainStart = (device, epoch, nonce) =>
  sha256(Buffer.of(0), u64(device), u64(epoch), Buffer.from(nonce, "hex")).toString("hex");
export const chainNext = (previous, seq, line) =>
  sha256(Buffer.of(1), Buffer.from(previous, "hex"), u64(seq), ...measured(line)).toString("hex");

/** These lines, and behind them new ones with their hashes. */
function extended(start, lines, texts) {
  const all = [...lines];
  for (const text of texts)
    all.push({ text, hash: chainNext(all.at(-1)?.hash ?? start, all.length + 1, text) });
  return all;
}

/** The private key of a seed: PKCS #8 says in 16 bytes that an Ed25519 key follows. */
function privateKey(seed) {
  const before = Buffer.from("302e020100300506032b657004220420", "hex");
  const key = Buffer.concat([before, Buffer.from(seed, "base64url")]);
  return crypto.createPrivateKey({ key, format: "der", type: "pkcs8" });
}
export const publicKey = (seed) =>
  crypto.createPublicKey(privateKey(seed)).export({ format: "jwk" }).x;
export const sign = (seed, text) =>
  crypto.sign(null, Buffer.from(text), privateKey(seed)).toString("base64url");
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
export function offeredAgain(line, epoch, seq, hash) {
  if (JSON.parse(line).again) return line;
  return `${line.slice(0, -1)},"again":${JSON.stringify({ epoch, seq, hash })}}`;
}

// Documents: pairs of a key, and a version with the body as text.

export const bucketOf = (key) => sha256(key)[0];
export function sumOf(scope, documents) {
  let sum = 0n;
  for (const [key, { version, body }] of documents) {
    const whole = sha256(...measured(scope), ...measured(key), u64(version), ...measured(body));
    sum += BigInt(`0x${whole.toString("hex", 0, 16)}`);
  }
  return BigInt.asUintN(128, sum).toString(16).padStart(32, "0");
}

const BODY_DEPTH = 5; // { pages: [ { documents: [ { body
/** What JSON says, or null; bodies of documents stay text, byte for byte as they came. */
export function parsed(json) {
  let [depth, start, done, kept] = [0, -1, 0, ""];
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[[\]{},]/g)) {
    if (start >= 0 && depth === BODY_DEPTH && [",", "}"].includes(token)) {
      kept += json.slice(done, start) + JSON.stringify(json.slice(start, index).trim());
      [start, done] = [-1, index];
    }
    depth += { "[": 1, "{": 1, "]": -1, "}": -1 }[token] ?? 0;
    if (depth === BODY_DEPTH && /^"body"\s*:/.test(token)) start = index + token.length;
  }
  try {
    return JSON.parse(kept + json.slice(done));
  } catch {
    return null;
  }
}

export function merged(held, documents) {
  const after = new Map(held);
  for (const { key, version = 0, body = "null" } of documents) {
    if (after.get(key)?.version >= version) continue;
    if (body === "null") after.delete(key);
    else after.set(key, { version, body });
  }
  return [...after];
}

const now = () => Math.floor(performance.now());
const isStream = ({ epoch, nonce }) => epoch > 0 && /^[0-9a-f]{32}$/.test(nonce);
const isHello = ({ next, head, limits, server_time }) =>
  next > 0 && /^[0-9a-f]{64}$/.test(head) && limits?.push_bytes > 0 && server_time > 0;
const isQuantity = (value, least) =>
  value === undefined || (Number.isInteger(value) && value >= least && value <= 1_000_000);
const isValue = (value) =>
  typeof value === "number" ? Number.isSafeInteger(value) : !`${value}`.includes("\0");

/** A device in its folder; each process that runs it is a boot, with a clock of its own. */
class Device {
  not_before = 0;
  trip_ms_best = Infinity;
  batch_max = Infinity;
  packing = { "content-encoding": "zstd" };

  constructor(folder) {
    fs.mkdirSync(folder, { recursive: true });
    this.folder = fs.openSync(folder);
    this.file = `${folder}/state.json`;
    this.kept = fs.existsSync(this.file) ? JSON.parse(fs.readFileSync(this.file)) : NOBODY;
    this.keep({ boot: this.kept.boot + 1 });
  }

  /** Change what is kept: on the disk, all of it or nothing, and only then here. */
  keep(changes) {
    const after = { ...this.kept, ...changes };
    fs.writeFileSync(`${this.file}.new`, JSON.stringify(after), { flush: true });
    fs.renameSync(`${this.file}.new`, this.file);
    fs.fsyncSync(this.folder);
    this.kept = after;
  }

  async patiently(work) {
    Object.assign(this, { deadline: now() + COMMAND_MS_MAX, pushed: 0, pulled: 0 });
    for (let wait_ms = WAIT_MS.first; ; wait_ms = Math.min(2 * wait_ms, WAIT_MS.max)) {
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
    const { url, device, seed } = this.kept;
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const signature = `${device}:${sign(seed, callText(`/device/v1/${name}`, bytes))}`;
    const all = { "content-type": "application/json", "totebook-signature": signature, ...headers };
    const signal = AbortSignal.timeout(Math.max(1, this.deadline - now()));
    const request = { method: "POST", body: bytes, headers: all, redirect: "manual", signal };
    const response = await fetch(`${url}/device/v1/${name}`, request).catch(() => null);
    const answer = parsed((await response?.text().catch(() => "")) ?? "");
    if (response?.ok && answer && fits(answer)) return answer;
    const status = response?.status ?? 0;
    const code = answer?.code ?? (status ? `http_${status}` : "unreachable");
    const is_doubt = status < 400 || status >= 500 || DOUBTS.includes(status) || DOUBTS.includes(code);
    const wait_ms = 1_000 * Number(response?.headers.get("retry-after")) || 0;
    throw Object.assign(new (is_doubt ? Doubt : Problem)(code), { status, wait_ms });
  }

  async enrol({ url, code }) {
    if (this.kept.device && code !== this.kept.code) throw new Problem("enrolled_already");
    if (!this.kept.device) {
      const seed = this.kept.seed ?? crypto.randomBytes(32).toString("base64url");
      this.keep({ url, code, seed });
      const request = { code, public_key: publicKey(seed), app: APP };
      const { device, site, epoch, nonce } = await this.call("enrol", request, isStream);
      this.keep({ device, site, epoch, start: chainStart(device, epoch, nonce) });
    }
    return { device: this.kept.device, site: this.kept.site, epoch: this.kept.epoch };
  }

  async sign_in({ person, pin }) {
    const request = { device: this.kept.device, person, pin };
    const { token, grant } = await this.call("sign_in", request, (answer) => answer.token);
    this.keep({ session: token, grant });
    return { grant };
  }

  record({ operation }) {
    const counted = (operation.lines ?? []).every(({ quantity }) => isQuantity(quantity, 0));
    if (!counted || !isQuantity(operation.quantity, 1)) throw new Problem("impossible_quantity");
    this.write({ actor: this.kept.grant, ...operation });
    return { seq: this.tail.seq };
  }

  write(operation, ended = now()) {
    const { start, lines, boot } = this.kept;
    const text = JSON.stringify({ ...operation, ended, boot, again: undefined }, (_, value) => {
      if (isValue(value)) return value;
      throw new Problem("impossible_value");
    });
    if (Buffer.byteLength(text) > LINE_BYTES_MAX) throw new Problem("line_too_long");
    this.keep({ lines: extended(start, lines, [text]) });
  }

  get tail() {
    const { start, lines } = this.kept;
    return { seq: lines.length, hash: lines.at(-1)?.hash ?? start };
  }

  needEpoch() {
    const { device, epoch, protocol } = this.kept;
    const { seq: last } = this.tail;
    const held = protocol > 1 && { epoch, first: Math.min(1, last), last };
    this.keep({ attempt: { device, attempt: crypto.randomUUID(), reason: "fork", ...held } });
  }

  /** All lines are held for good and move along, so that none stays in an earlier epoch. */
  async openEpoch() {
    const { device, epoch: left, lines, attempt, seed } = this.kept;
    const request = { ...attempt, signature: sign(seed, epochText(attempt)) };
    const { epoch, nonce } = await this.call("epoch", request, isStream);
    const start = chainStart(device, epoch, nonce);
    const offered = lines.map(({ text, hash }, n) => offeredAgain(text, left, n + 1, hash));
    this.keep({ epoch, start, lines: extended(start, [], offered), settled: 0, attempt: null });
  }

  async hello() {
    if (this.kept.attempt) await this.openEpoch();
    const { device, epoch, boot, alarms, lines, settled } = this.kept;
    const mono = now();
    const versions = { app: APP, protocol_min: 1, protocol_max: 2 };
    const stand = { tail: this.tail, cursors: this.cursors, wall: Date.now(), mono, boot };
    const health = { held: lines.length - settled, alarms, problem: this.problem };
    const answer = await this.call("hello", { device, epoch, ...versions, ...stand, ...health }, isHello);
    this.tieClock(answer.server_time, mono);
    const { next, head, protocol } = answer;
    const line = this.kept.lines[next - 1];
    const agrees = line
      ? chainNext(head, next, line.text) === line.hash
      : next === this.tail.seq + 1 && head === this.tail.hash;
    if (!agrees) throw new Doubt("sync.epoch_closed"); // No gap is possible: all lines are held.
    this.keep({ settled: next - 1, protocol });
    return answer;
  }

  tieClock(server, asked) {
    const round_trip = now() - asked;
    if (4 * round_trip >= this.trip_ms_best) return;
    this.write({ kind: "clock", server, round_trip }, asked + round_trip);
    this.trip_ms_best = round_trip;
  }

  async push(at) {
    const { device, epoch, lines, seed } = this.kept;
    const { next: first, head: prev, limits } = at;
    const most = Math.min(limits.batch_operations, this.batch_max);
    const batch = lines.slice(first - 1, first - 1 + most);
    const count = batch.length;
    const [next, head] = [first + count, batch.at(-1).hash];
    const body = pushBody(seed, { device, epoch, first, prev, head }, batch.map(({ text }) => text));
    const halve = () => (this.batch_max = Math.ceil(count / 2));
    if (count > 1 && body.length > Math.min(limits.push_bytes, limits.unpacked_bytes)) {
      halve();
      return at;
    }
    const fits = (it) => it.next === next && it.head === head && it.outcomes?.length === count;
    const headers = { "content-type": "application/x-ndjson", ...this.packing };
    const sent = this.packing ? zlib.zstdCompressSync(body) : body;
    const { outcomes } = await this.call("push", sent, fits, headers).catch((error) => {
      if (error.status === 413) halve();
      if (error.status === 415) this.packing = null;
      throw error;
    });
    const told = (line, n) => ({ ...line, outcome: line.outcome ?? outcomes[n + 1 - first] });
    this.keep({ settled: next - 1, lines: lines.map(told) });
    this.batch_max *= 2;
    this.pushed += count;
    return { ...at, next, head };
  }

  get cursors() {
    const scopes = Object.entries(this.kept.scopes);
    return Object.fromEntries(scopes.map(([scope, { cursor }]) => [scope, cursor]));
  }

  async pull(protocol) {
    const { device, session } = this.kept;
    const request = { device, cursors: this.cursors, documents_max: 500, protocol };
    const headers = { authorization: `Bearer ${session}` };
    const answer = await this.call("pull", request, ({ generation }) => generation > 0, headers);
    const begun = new Set(Object.keys(request.cursors));
    for (const page of answer.pages ?? []) {
      const goes_on = begun.has(page.scope) && !page.restart;
      this.take(page, goes_on ? this.kept.scopes[page.scope].documents : [], answer.generation);
      begun.add(page.scope);
    }
    for (const scope of answer.dropped ?? []) this.hold(scope);
    if (answer.more) await this.pull(protocol);
  }

  /** Hold a page and what was held before it; at a checkpoint that does not equal, nothing. */
  take({ scope, cursor = 0, documents = [], checkpoint }, held, generation) {
    const after = merged(held, documents);
    const { n = cursor, hash = "", count = 0, sum } = checkpoint ?? {};
    if (checkpoint && (after.length !== count || sumOf(scope, after) !== sum)) {
      this.hold(scope, undefined, 1);
      throw new Doubt("checkpoint");
    }
    this.hold(scope, { cursor: { n, generation, hash }, documents: after });
    this.pulled += documents.length;
  }

  hold(scope, held, alarms = 0) {
    const { [scope]: _, ...others } = this.kept.scopes;
    const scopes = held ? { ...others, [scope]: held } : others;
    this.keep({ scopes, alarms: this.kept.alarms + alarms });
  }

  async sync() {
    let at = await this.hello();
    const { commands = [], upgrade, protocol } = at;
    while (!commands.includes("wipe") && at.next <= this.tail.seq) at = await this.push(at);
    if (commands.includes("wipe") || commands.includes("upload_then_wipe")) {
      this.kept = NOBODY;
      this.keep({});
      throw new Problem("wiped");
    }
    if (this.kept.session && upgrade !== "needed")
      await this.pull(protocol).catch((error) => {
        if (error.status === 401) this.keep({ session: null });
        throw error;
      });
    this.problem = "";
    return { pushed: this.pushed, pulled: this.pulled };
  }

  state() {
    const { device, epoch, settled, alarms, scopes } = this.kept;
    const { seq, hash: head } = this.tail;
    const held = Object.entries(scopes).map(([scope, { cursor, documents }]) => [
      scope,
      { n: cursor.n, count: documents.length, sum: sumOf(scope, documents) },
    ]);
    const pending = seq - settled;
    return { device, epoch, seq, head, pending, alarms, scopes: Object.fromEntries(held) };
  }
}

async function answered(device, line) {
  try {
    const command = JSON.parse(line);
    const here = ["record", "state"].includes(command.do);
    if (!here && !["enrol", "sign_in", "sync"].includes(command.do))
      throw new Problem("unknown_command");
    if (command.do !== "enrol" && !device.kept.device) throw new Problem("not_enrolled");
    const work = () => device[command.do](command);
    return { ok: true, ...(await (here ? work() : device.patiently(work))) };
  } catch ({ message }) {
    return { ok: false, problem: message };
  }
}

if (process.argv[1].endsWith("client.mjs")) {
  const device = new Device(process.argv.at(-1));
  for await (const line of readline.createInterface({ input: process.stdin }))
    process.stdout.write(`${JSON.stringify(await answered(device, line))}\n`);
}
