// A second client of the device protocol, written from device_protocol/SPEC.md alone.
// `node client.mjs FOLDER` is driven over its standard input as section 23 of that page says.
import crypto from "node:crypto";
import fs from "node:fs";
import readline from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import zlib from "node:zlib";

const APP = "totebook-javascript/1";
const LINE_BYTES_MAX = 8_000; // Of 8,192, so that `again` still fits behind it.
const BODY_DEPTH = 6; // { pages: [ { documents: [ { body: {
const NOBODY = { boot: 0, lines: [], settled: 0, scopes: {}, alarms: 0 };
class Problem extends Error {} // Ends a command; the device keeps everything and tells.
class Doubt extends Error {} // No answer that can be believed: wait, and begin with hello.

// Bytes, chains and signatures.
const sha256 = (...parts) =>
  parts.reduce((hash, part) => hash.update(part), crypto.createHash("sha256")).digest();
const u64 = (number) => Buffer.from(BigInt(number).toString(16).padStart(16, "0"), "hex");
const measured = (text) => [u64(Buffer.byteLength(text)).subarray(4), text];
export const chainStart = (device, epoch, nonce) =>
  sha256(Buffer.of(0), u64(device), u64(epoch), Buffer.from(nonce, "hex")).toString("hex");
export const chainNext = (previous, seq, line) =>
  sha256(Buffer.of(1), Buffer.from(previous, "hex"), u64(seq), ...measured(line)).toString("hex");
const headOf = (start, lines) => lines.at(-1)?.hash ?? start;
const withLine = (start, lines, text) =>
  lines.concat({ text, hash: chainNext(headOf(start, lines), lines.length + 1, text) });

/** The line as it is offered again: the same text, and where it first stood. */
export function offeredAgain(line, epoch, seq, hash) {
  if (JSON.parse(line).again) return line;
  return `${line.slice(0, -1)},"again":${JSON.stringify({ epoch, seq, hash })}}`;
}
export const sign = (key, text) =>
  crypto.sign(null, Buffer.from(text), { key, format: "jwk" }).toString("base64url");
export const callText = (target, body) =>
  `totebook-call-1\nPOST\n${target}\n${sha256(body).toString("hex")}`;
export const epochText = ({ device, attempt, reason, epoch, first, last }) =>
  ["totebook-epoch-1", device, attempt, reason, ...(epoch ? [first, last, epoch] : [])].join("\n");
export function pushBody(key, { device, epoch, first, prev, head }, lines) {
  const text = ["totebook-push-1", device, epoch, first, lines.length, prev, head, ""].join("\n");
  const header = JSON.stringify({ device, epoch, first, prev, head, signature: sign(key, text) });
  return Buffer.from([header, ...lines, ""].join("\n"));
}

// Documents: pairs of a key, and a version with the body as text.
export function sumOf(scope, documents) {
  const hashed = ([key, { version, body }]) =>
    sha256(...measured(scope), ...measured(key), u64(version), ...measured(body));
  const first_half = (hash) => BigInt(`0x${hash.toString("hex", 0, 16)}`);
  const sum = documents.map(hashed).map(first_half).reduce((one, other) => one + other, 0n);
  return BigInt.asUintN(128, sum).toString(16).padStart(32, "0");
}

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

export function merged(held, documents) {
  const after = new Map(held);
  for (const { key, version = 0, body } of documents) {
    if (after.get(key)?.version >= version) continue;
    if (body) after.set(key, { version, body });
    else after.delete(key);
  }
  return [...after];
}

const attemptOf = ({ device, epoch, protocol, lines: { length: last } }) => {
  const held = protocol > 1 && { epoch, first: Math.min(1, last), last };
  return { device, attempt: crypto.randomUUID(), reason: "fork", ...held };
};
const now = () => Math.floor(performance.now());
const mapped = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
const isStream = ({ epoch, nonce }) => epoch > 0 && /^[0-9a-f]{32}$/.test(nonce);
const isHello = ({ next, head, limits, server_time }) =>
  next > 0 && /^[0-9a-f]{64}$/.test(head) && limits?.push_bytes > 0 && server_time > 0;
const isQuantity = (value, least) =>
  value === undefined || (Number.isInteger(value) && value >= least && value <= 1_000_000);
const checked = (_, value) => {
  if (typeof value === "number" ? Number.isSafeInteger(value) : !`${value}`.includes("\0"))
    return value;
  throw new Problem("impossible_value");
};

/** A device in its folder; each process that runs it is a boot, with a clock of its own. */
class Device {
  constructor(folder) {
    fs.mkdirSync(folder, { recursive: true });
    Object.assign(this, { folder: fs.openSync(folder), file: `${folder}/state.json` });
    Object.assign(this, { not_before: 0, trip_ms_best: Infinity });
    this.kept = fs.existsSync(this.file) ? JSON.parse(fs.readFileSync(this.file)) : NOBODY;
    this.keep({ boot: this.kept.boot + 1 });
  }

  /** Change what is kept: on the disk, all of it or nothing, and only then here. */
  keep(changes) {
    const text = JSON.stringify({ ...this.kept, ...changes });
    fs.writeFileSync(`${this.file}.new`, text, { flush: true, mode: 0o600 });
    fs.renameSync(`${this.file}.new`, this.file);
    fs.fsyncSync(this.folder);
    this.kept = JSON.parse(text);
  }

  async patiently(work) {
    Object.assign(this, { deadline: now() + 15_000, batch_max: Infinity, pushed: 0, pulled: 0 });
    for (let wait_ms = 50; ; wait_ms = Math.min(2 * wait_ms, 30_000)) {
      if (this.not_before > this.deadline) throw new Problem(this.problem);
      await sleep(Math.max(0, this.not_before - now()));
      try {
        return await work();
      } catch (error) {
        this.problem = error.message;
        if (error.message === "sync.epoch_closed") this.keep({ attempt: attemptOf(this.kept) });
        else if (!(error instanceof Doubt)) throw error;
        this.not_before = now() + (error.wait_ms || wait_ms * (1 - Math.random() / 2));
      }
    }
  }

  async call(name, body, fits, more = {}) {
    const { url, device, key } = this.kept;
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const sealed = `${device}:${sign(key, callText(`/device/v1/${name}`, bytes))}`;
    const headers = { "content-type": "application/json", "totebook-signature": sealed, ...more };
    const signal = AbortSignal.timeout(Math.max(1, this.deadline - now()));
    const request = { method: "POST", headers, body: bytes, redirect: "manual", signal };
    const response = await fetch(`${url}/device/v1/${name}`, request).catch(() => null);
    const answer = await response?.text().then(parsed).catch(() => null);
    if (response?.ok && answer && fits(answer)) return answer;
    const status = response?.status ?? 0;
    const code = answer?.code ?? (status ? `http_${status}` : "unreachable");
    if (status === 413) this.batch_max = Math.ceil(this.batch_sent / 2);
    if (status === 401 && headers.authorization) this.keep({ session: null });
    const is_of_stream = [400, 409].includes(status) && `${code}`.startsWith("sync.");
    const is_doubt = status < 400 || status >= 500 || [413, 429].includes(status) || is_of_stream;
    const wait_ms = 1_000 * Number(response?.headers.get("retry-after")) || 0;
    throw Object.assign(new (is_doubt ? Doubt : Problem)(code), { wait_ms });
  }

  async enrol({ url, code }) {
    if (!this.kept.device) {
      const made = () => crypto.generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
      this.keep({ url, code, key: this.kept.key ?? made() });
      const request = { code, public_key: this.kept.key.x, app: APP };
      const { device, site, epoch, nonce } = await this.call("enrol", request, isStream);
      this.keep({ device, site, epoch, start: chainStart(device, epoch, nonce) });
    } else if (code !== this.kept.code) throw new Problem("enrolled_already");
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
    return { seq: this.kept.lines.length };
  }

  write(operation, ended = now()) {
    const { start, lines, boot } = this.kept;
    const text = JSON.stringify({ ...operation, ended, boot, again: undefined }, checked);
    if (Buffer.byteLength(text) > LINE_BYTES_MAX) throw new Problem("line_too_long");
    this.keep({ lines: withLine(start, lines, text) });
  }

  /** All lines are held for good and move along, so that none stays in an earlier epoch. */
  async openEpoch() {
    const { device, epoch: left, lines, attempt, key } = this.kept;
    const request = { ...attempt, signature: sign(key, epochText(attempt)) };
    const { epoch, nonce } = await this.call("epoch", request, isStream);
    const start = chainStart(device, epoch, nonce);
    const offer = (all, { text, hash }, n) =>
      withLine(start, all, offeredAgain(text, left, n + 1, hash));
    this.keep({ epoch, start, lines: lines.reduce(offer, []), settled: 0, attempt: null });
  }

  async hello() {
    if (this.kept.attempt) await this.openEpoch();
    const { device, epoch, start, lines: old, settled, alarms, boot } = this.kept;
    const cursors = mapped(this.kept.scopes, ({ cursor }) => cursor);
    const who = { device, epoch, app: APP, protocol_min: 1, protocol_max: 2, boot, cursors };
    const stand = { tail: { seq: old.length, hash: headOf(start, old) }, alarms, wall: Date.now() };
    const [mono, health] = [now(), { held: old.length - settled, problem: this.problem }];
    const answer = await this.call("hello", { ...who, mono, ...stand, ...health }, isHello);
    const { next, head, protocol, server_time: server } = answer;
    const round_trip = now() - mono;
    if (4 * round_trip < this.trip_ms_best) {
      this.write({ kind: "clock", server, round_trip }, mono + round_trip);
      this.trip_ms_best = round_trip;
    }
    const [lines, line] = [this.kept.lines, this.kept.lines[next - 1]];
    const goes_on = line && chainNext(head, next, line.text) === line.hash;
    const is_settled = next === lines.length + 1 && head === headOf(start, lines);
    if (!goes_on && !is_settled) throw new Doubt("sync.epoch_closed"); // They forked.
    this.keep({ settled: next - 1, protocol });
    return answer;
  }

  async push(at, most = Math.min(at.limits.batch_operations, this.batch_max)) {
    const { device, epoch, lines, key } = this.kept;
    const { next: first, head: prev, limits } = at;
    const batch = lines.slice(first - 1, first - 1 + most);
    const [count, next, head] = [batch.length, first + batch.length, batch.at(-1).hash];
    const body = pushBody(key, { device, epoch, first, prev, head }, batch.map(({ text }) => text));
    const bytes_max = Math.min(limits.push_bytes, limits.unpacked_bytes);
    if (count > 1 && body.length > bytes_max) return this.push(at, Math.ceil(count / 2));
    this.batch_sent = count;
    const fits = (it) => it.next === next && it.head === head && it.outcomes?.length === count;
    const headers = { "content-type": "application/x-ndjson", "content-encoding": "zstd" };
    const { outcomes } = await this.call("push", zlib.zstdCompressSync(body), fits, headers);
    const told = (line, n) => ({ ...line, outcome: line.outcome ?? outcomes[n + 1 - first] });
    this.keep({ settled: next - 1, lines: lines.map(told) });
    this.pushed += count;
    return { ...at, next, head };
  }

  async pull(protocol) {
    const cursors = mapped(this.kept.scopes, ({ cursor }) => cursor);
    const request = { device: this.kept.device, cursors, documents_max: 500, protocol };
    const headers = { authorization: `Bearer ${this.kept.session}` };
    const answer = await this.call("pull", request, ({ generation }) => generation > 0, headers);
    for (const page of answer.pages ?? []) {
      const goes_on = cursors[page.scope] && !page.restart;
      this.take(page, goes_on ? this.kept.scopes[page.scope].documents : [], answer.generation);
      cursors[page.scope] = true;
    }
    for (const scope of answer.dropped ?? [])
      this.keep({ scopes: { ...this.kept.scopes, [scope]: undefined } });
    if (answer.more) await this.pull(protocol);
  }

  /** Hold a page and what was held before it; at a checkpoint that does not equal, nothing. */
  take({ scope, cursor = 0, documents = [], checkpoint }, held, generation) {
    const after = merged(held, documents);
    const { n = cursor, hash = "", count = 0, sum } = checkpoint ?? {};
    const is_good = !checkpoint || (after.length === count && sumOf(scope, after) === sum);
    const good = is_good ? { cursor: { n, generation, hash }, documents: after } : undefined;
    const alarms = this.kept.alarms + (is_good ? 0 : 1);
    this.keep({ scopes: { ...this.kept.scopes, [scope]: good }, alarms });
    if (!is_good) throw new Doubt("checkpoint");
    this.pulled += documents.length;
  }

  async sync() {
    let at = await this.hello();
    const { commands: told = [], upgrade, protocol } = at;
    while (!told.includes("wipe") && at.next <= this.kept.lines.length) at = await this.push(at);
    if (told.includes("wipe") || told.includes("upload_then_wipe")) {
      this.keep({ ...mapped(this.kept, () => undefined), ...NOBODY, boot: this.kept.boot });
      this.trip_ms_best = Infinity; // Another device's stream needs a clock line of this boot too.
    }
    if (this.kept.session && upgrade !== "needed") await this.pull(protocol);
    this.problem = "";
    return { pushed: this.pushed, pulled: this.pulled };
  }

  state() {
    const { device, epoch, start, lines, settled, alarms } = this.kept;
    const scopes = mapped(this.kept.scopes, ({ cursor: { n }, documents }, scope) =>
      ({ n, count: documents.length, sum: sumOf(scope, documents) }));
    const [seq, head] = [lines.length, headOf(start, lines)];
    return { device, epoch, seq, head, pending: seq - settled, alarms, scopes };
  }
}

async function answered(device, line) {
  try {
    const { do: name, ...words } = JSON.parse(line);
    const here = ["record", "state"].includes(name);
    if (!here && !["enrol", "sign_in", "sync"].includes(name)) throw new Problem("unknown_command");
    if (name !== "enrol" && !device.kept.device) throw new Problem("not_enrolled");
    const work = () => device[name](words);
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
