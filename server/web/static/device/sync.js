/**
 * One conversation with the server: hello, push, pull, files; SPEC.md, sections 5 to 13.
 *
 * Nothing here makes a device drop a line. After any doubt the next thing said is hello.
 */
import { Doubt, Problem } from "./calls.js";
import { rotate } from "./keys.js";
import { batchBody, batchText, epochText } from "./wire.js";

const PROTOCOL = 3;
const HELD_PROBLEM_CHARACTERS_MAX = 100;
const PURGE_MS = 3_600_000;

const isStream = ({ epoch, nonce }) => epoch > 0 && /^[0-9a-f]{32}$/.test(nonce);
const isHello = ({ next, head, limits, server_time }) =>
  next > 0 && /^[0-9a-f]{64}$/.test(head) && limits?.push_bytes > 0 && server_time > 0;
const isFeed = ({ generation }) => generation > 0;

/** Conversations of a device. */
export class Sync {
  #batch_max = Number.POSITIVE_INFINITY;
  #trip_ms_best = Number.POSITIVE_INFINITY;
  #anchored = 0;
  #purged_at = 0;

  /** @param {import("./device.js").Device} device */
  constructor(device) {
    this.device = device;
  }

  /** Everything that there is to say; answers how much went through. */
  async all() {
    const { device } = this;
    // A rotation whose answer was lost: one of two keys counts, and nothing else goes before that is clear.
    if (device.kept.next_keys) await rotate(device);
    let at = await this.#hello();
    let pushed = 0;
    const { commands = [], upgrade = "", protocol = 1 } = at;
    while (!commands.includes("wipe") && at.next <= device.outbox.tail.seq) {
      const before = at.next;
      at = await this.#push(at);
      pushed += at.next - before;
    }
    const problem = commands.includes("wipe") ? "" : await this.#files(at.limits, protocol);
    if (await this.#obey(commands, protocol)) return { pushed, pulled: 0 };
    const may_pull = device.kept.session && upgrade !== "needed";
    const pulled = may_pull ? await this.#pull(protocol) : 0;
    await this.#purge(at);
    if (problem) throw new Problem(problem);
    return { pushed, pulled };
  }

  async #hello() {
    const { device } = this;
    if (device.kept.attempt) await this.#openEpoch();
    const { outbox, replica, kept, clock } = device;
    const mono = clock.now();
    const body = {
      ...{ device: kept.device, epoch: outbox.epoch, app: device.app },
      ...{ protocol_min: 1, protocol_max: PROTOCOL, tail: outbox.tail, cursors: replica.cursors },
      ...{ wall: Date.now(), mono, boot: outbox.boot, held: outbox.pending, alarms: replica.alarms },
      ...{ uploads: device.files.pending, problem: device.problem.slice(0, HELD_PROBLEM_CHARACTERS_MAX) },
      ...(device.battery === null ? {} : { battery: device.battery }),
    };
    const answer = await this.#ofStream("hello", body, isHello);
    await this.#anchor(answer.server_time, clock.now() - mono);
    const stands = await outbox.compared(answer);
    if (stands === "gap" || stands === "fork") {
      await this.#attempt(stands);
      return this.#hello();
    }
    await outbox.settle(answer.next, [], answer.server_time);
    const { generation, protocol } = answer;
    if (kept.generation !== generation || kept.protocol !== protocol) await device.keep({ generation, protocol });
    device.heard(answer);
    return answer;
  }

  /** Once in a while let go of lines that nobody will ask for any more. */
  async #purge({ durable = 0, server_time }) {
    if (server_time < this.#purged_at + PURGE_MS) return;
    this.#purged_at = server_time;
    await this.device.outbox.purge(durable, server_time);
  }

  /** Tie this boot to the server's clock, anew where that is much better. */
  async #anchor(server, round_trip) {
    const { outbox } = this.device;
    const is_new = this.#anchored !== outbox.boot;
    if (!is_new && 4 * round_trip >= this.#trip_ms_best) return;
    await outbox.write([{ kind: "clock", server, round_trip }], this.device.clock.now());
    this.#anchored = outbox.boot;
    this.#trip_ms_best = round_trip;
  }

  async #ofStream(name, body, fits, how) {
    try {
      return await this.device.calls.ask(name, body, fits, how);
    } catch (error) {
      if (error.code === "sync.epoch_closed") await this.#attempt("fork");
      if (error.status === 413) this.#batch_max = Math.max(1, Math.floor(this.batch_sent / 2));
      throw error;
    }
  }

  async #attempt(reason) {
    const { device } = this;
    if (device.kept.attempt) return;
    const { epoch, tail } = device.outbox;
    const range = device.kept.protocol > 1 ? { epoch, first: await device.outbox.first(), last: tail.seq } : {};
    await device.keep({ attempt: { device: device.kept.device, attempt: crypto.randomUUID(), reason, ...range } });
  }

  async #openEpoch() {
    const { device } = this;
    const { attempt } = device.kept;
    const request = { ...attempt, signature: await device.sign(epochText(attempt)) };
    const answer = await device.calls.ask("epoch", request, isStream, { signed: false });
    await device.outbox.reopen(attempt.device, answer.epoch, answer.nonce, { attempt: undefined });
    device.kept.attempt = undefined;
  }

  async #push(at) {
    const { device } = this;
    const { next: first, head: prev, limits } = at;
    const most = Math.min(limits.batch_operations || 1, this.#batch_max);
    const lines = await this.#batch(first, most, Math.min(limits.push_bytes, limits.unpacked_bytes || limits.push_bytes));
    this.batch_sent = lines.length;
    const { epoch } = device.outbox;
    const [count, head] = [lines.length, lines.at(-1).hash];
    const told = { device: device.kept.device, epoch, first, prev, head };
    const signature = await device.sign(batchText(told, count));
    const body = batchBody({ ...told, signature }, lines.map(({ text }) => text));
    const next = first + count;
    const fits = (it) => it.next === next && it.head === head && it.outcomes?.length === count;
    const how = { headers: { "content-type": "application/x-ndjson" }, isPacked: true, signed: false };
    const answer = await this.#ofStream("push", body, fits, how);
    const settled = await device.outbox.settle(next, answer.outcomes, answer.server_time);
    await device.leases.told(settled);
    return { ...at, ...answer };
  }

  async #batch(first, most, bytes_max) {
    const lines = await this.device.outbox.batch(first, most);
    let [bytes, fitting] = [1_024, 0];
    for (const { text } of lines) {
      bytes += 3 * text.length + 1;
      if (bytes > bytes_max && fitting) break;
      fitting += 1;
    }
    return lines.slice(0, fitting);
  }

  async #files(limits, protocol) {
    return this.device.files.send(protocol > 1 ? limits : {});
  }

  /** Do what the server commands; tell whether the device is nobody any more. */
  async #obey(commands, protocol) {
    const { device } = this;
    const is_sent = device.outbox.pending === 0 && device.files.pending === 0;
    if (commands.includes("wipe") || (commands.includes("upload_then_wipe") && is_sent)) {
      await device.wipe();
      this.#trip_ms_best = Number.POSITIVE_INFINITY;
      return true;
    }
    if (commands.includes("rotate_key") && protocol > 1) await rotate(device);
    return false;
  }

  async #pull(protocol) {
    const { device } = this;
    const { replica } = device;
    let pulled = 0;
    for (let more = true; more; ) {
      const cursors = { ...replica.cursors };
      const request = { device: device.kept.device, cursors, documents_max: 1_000, protocol };
      const answer = await device.calls.ask("pull", request, isFeed, { withSession: true });
      for (const page of answer.pages ?? []) {
        const is_first = !(page.scope in cursors);
        const is_good = await replica.take(page, answer.generation, is_first);
        cursors[page.scope] = true;
        pulled += page.documents?.length ?? 0;
        if (!is_good) await this.#mend(page.scope, protocol);
        else if (page.checkpoint && page.documents?.length) await this.#tell(page);
        if (page.checkpoint && page.scope === device.scope) await device.leases.follow();
      }
      for (const scope of answer.dropped ?? []) await replica.forget(scope);
      device.changed();
      more = answer.more ?? false;
    }
    return pulled;
  }

  #tell({ scope, checkpoint }) {
    const seen = { kind: "seen", scope, cursor: checkpoint.n };
    return this.device.outbox.write([seen], this.device.clock.now());
  }

  /** Bring a scope that is not equal to the server's view in order, or begin it again. */
  async #mend(scope, protocol) {
    const { device } = this;
    const { replica } = device;
    if (protocol > 1) {
      const request = { device: device.kept.device, scope, buckets: await replica.buckets(scope), protocol };
      const answer = await device.calls.ask("digest", request, isFeed, { withSession: true }).catch((error) => {
        if (!(error instanceof Problem)) throw error;
        return null;
      });
      if (answer?.page && (await replica.repair(answer.page, answer.buckets ?? [], answer.generation))) return;
    }
    await replica.forget(scope);
    throw new Doubt("checkpoint");
  }
}
