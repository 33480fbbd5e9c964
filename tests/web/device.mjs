// What the browser's device keeps in the long run, without a browser and in no time.
// `node device.mjs FOLDER CHECK`; the last line says how much was looked at.
import assert from "node:assert/strict";

import { Clock } from "../../server/web/static/device/clock.js";
import { Device } from "../../server/web/static/device/device.js";
import { verifierOf } from "../../server/web/static/device/pins.js";
import { operationId } from "../../server/web/static/device/wire.js";
import { FileStore } from "./file_store.mjs";

const DAY_MS = 86_400_000;
const LOCKED_MS = 15 * 60_000;
const SCOPE = "1/device/1000001";
const NONCE = "11".repeat(16);
const [folder, wanted] = process.argv.slice(2);

/** A device of which the test is the clock. */
async function opened(times) {
  const clock = new Clock(() => times.monotonic, () => times.wall);
  const device = await new Device(new FileStore(folder), { clock }).open();
  if (!device.is_enrolled) {
    await device.outbox.begin(1_000_001, 1, NONCE, { device: 1_000_001, site: 1 });
    await device.keep({ device: 1_000_001, site: 1 });
  }
  return device;
}

/** Lines of many boots, each tied to a time, settled a day apart. */
async function shifts(device, boots, work) {
  const texts = Array.from({ length: boots }, (_, at) => at + 1).flatMap((boot) =>
    [{ kind: "clock" }, ...work].map((operation) => [JSON.stringify({ ...operation, boot }), boot * DAY_MS]),
  );
  const lines = texts.map(([text, at], n) => ({ epoch: 1, seq: n + 1, hash: "", text, at }));
  const settled = lines.length;
  await device.store.commit({ lines, state: { tail: { seq: settled, hash: "" }, settled } });
}

const kindsOf = async (device, kind) => {
  const told = (await device.store.allLines()).map(({ text }) => JSON.parse(text));
  return told.filter((line) => line.kind === kind).map(({ boot }) => boot);
};

const CHECKS = {
  /** More starts of the app than are looked through at a time: none of them keeps lines for ever. */
  async purge() {
    // An undo has numbers of its own; they are not where it stands.
    const work = [{ kind: "move" }, { kind: "undo", epoch: 7, seq: 3 }];
    await shifts(await opened({ monotonic: 0, wall: 0 }), 640, work);
    const device = await opened({ monotonic: 0, wall: 0 });
    const { outbox } = device;
    const { seq } = outbox.tail;
    await outbox.purge(0, 700 * DAY_MS);
    assert.equal((await kindsOf(device, "move")).length, 640);

    // What ties a boot to a time and stands at the end of what is read at a time goes the next time.
    for (const _ of [1, 2]) await outbox.purge(seq, 640 * DAY_MS);
    const young = Array.from({ length: 31 }, (_, at) => 610 + at);
    for (const kind of ["move", "undo", "clock"]) assert.deepEqual(await kindsOf(device, kind), young);

    // Only the first line of the last boot is over: it ties the others to a time, and stays with them.
    const late = (await device.store.lines(1, seq - 1)).map((line) => ({ ...line, at: 900 * DAY_MS }));
    await device.store.commit({ lines: late });
    await outbox.purge(seq, 700 * DAY_MS);
    assert.deepEqual(await kindsOf(device, "clock"), [640]);
    await outbox.purge(seq, 1_000 * DAY_MS);
    // Lines to come may be of this boot.
    assert.deepEqual([await kindsOf(device, "move"), await kindsOf(device, "clock")], [[], [640]]);
    assert.equal((await opened({ monotonic: 0, wall: 0 })).outbox.tail.seq, seq);
    return 6;
  },

  /** Five wrong PINs: only time that the device itself counted ends the wait. */
  async lock() {
    const times = { monotonic: 1_000, wall: 1_700_000_000_000 };
    let device = await opened(times);
    await device.keep({ pins: { ana: await verifierOf("4711") } });
    const actor = JSON.stringify({ id: 5, person: 2, badge: "ana", until: 9_000_000_000_000 });
    await device.store.commit({ documents: [{ scope: SCOPE, key: "actor/5", version: 1, body: actor }] });
    device = await opened(times);
    const tried = (pin) => device.signInAlone("ana", pin).then(() => "in", ({ code }) => code);
    for (let guess = 0; guess < 4; guess += 1) assert.equal(await tried("0000"), "sign_in.wrong");
    assert.equal(await tried("0000"), "locked");
    assert.equal(await tried("4711"), "locked");

    times.wall += 30 * DAY_MS;
    await device.wake();
    assert.equal(await tried("4711"), "locked");
    times.monotonic += LOCKED_MS / 3;
    assert.equal(await tried("4711"), "locked");
    // A page that begins again counts on from what it knows.
    times.monotonic = 0;
    times.wall -= 60 * DAY_MS;
    device = await opened(times);
    assert.equal(await tried("4711"), "locked");
    times.monotonic += (2 * LOCKED_MS) / 3 - 1;
    assert.equal(await tried("4711"), "locked");
    times.monotonic += 1;
    assert.equal(await tried("4711"), "in");
    return 7;
  },

  /** A grant is known by its outcome, by its document, or by both; and is over when that goes. */
  async leases() {
    assert.equal(operationId("f".repeat(64)), "ffffffff-ffff-8fff-bfff-ffffffffffff");
    const times = { monotonic: 1_000, wall: 0 };
    let device = await opened(times);
    await device.write([{ kind: "claim", work: 5 }, { kind: "claim", work: 6 }]);
    const [first, second] = device.outbox.unsettled;
    const lease = (work, fence) => ({ work, package: work, fence, duration_ms: 500 });
    const grantOf = (line) => `grant/${operationId(line.hash)}`;
    const show = async (line, version, grant, body = JSON.stringify(grant)) => {
      await device.store.commit({ documents: [{ scope: SCOPE, key: grantOf(line), version, body }] });
      device.held.put(SCOPE, grantOf(line), version, body);
    };
    times.monotonic = 1_400;
    // The answer to the first got lost: its document says it, counted from when it was asked for.
    await show(first, 3, { lease: lease(5, 2) });
    const outcome = { grant: { lease: lease(6, 4) } };
    await device.leases.told([{ ...second, outcome }, { ...second, outcome: {} }]);
    await device.leases.follow();
    assert.deepEqual([5, 6, 7].map((work) => device.leases.of(work)?.fence), [2, 4, undefined]);
    assert.deepEqual([5, 6, 7].map((work) => device.leases.isOver(work)), [false, false, false]);
    assert.deepEqual(device.leases.fenced({ package: 5, fence: 1 }), { package: 5, fence: 2 });
    assert.deepEqual(device.leases.fenced({ package: 6, fence: 9 }), { package: 6, fence: 9 });
    assert.deepEqual(device.leases.fenced({ mode: "" }), { mode: "" });
    times.monotonic = 1_501;
    assert.ok(device.leases.isOver(5));

    // What a document says that follows the outcome is known; an older fence is nothing.
    await show(second, 4, { lease: lease(6, 4) });
    await show({ hash: "a".repeat(64) }, 5, { lease: lease(6, 1) });
    await show({ hash: "b".repeat(64) }, 6, { numbers: { epoch: 1 } });
    await show({ hash: "c".repeat(64) }, 7, null, "{");
    await device.leases.follow();
    assert.equal(device.leases.of(6).at, 1_000);
    device = await opened(times);
    assert.deepEqual([device.leases.of(6).fence, device.leases.isOver(6)], [4, true]);
    await device.store.commit({ documentsGone: [[SCOPE, grantOf(first)]] });
    // Killed before it followed the page.
    device = await opened(times);
    assert.deepEqual([5, 6].map((work) => device.leases.of(work)?.fence), [undefined, 4]);
    return 10;
  },
};

process.stdout.write(`${await CHECKS[wanted]()} checks\n`);
