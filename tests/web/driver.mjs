// The browser's device without a browser: driven over standard input as SPEC.md, section 23 says.
// `node driver.mjs FOLDER`
import crypto from "node:crypto";
import readline from "node:readline";

import { Problem } from "../../server/web/static/device/calls.js";
import { Device } from "../../server/web/static/device/device.js";
import { FileStore } from "./file_store.mjs";

const SYNC_MS_MAX = 15_000;
const WAIT_MS_MIN = 50;

/** Keys that a file can keep. */
const FILE_KEYS = {
  makeKeys: async () => crypto.generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" }),
  publicOf: async ({ x }) => x,
  sign: async (key, text) => crypto.sign(null, Buffer.from(text), { key, format: "jwk" }).toString("base64url"),
};

const COMMANDS = {
  enrol: (device, { code, url }) => device.patiently(() => device.enrol(code, { url }), SYNC_MS_MAX, WAIT_MS_MIN),
  sign_in: (device, { person, pin }) =>
    device.patiently(() => device.signIn(person, pin), SYNC_MS_MAX, WAIT_MS_MIN),
  record: async (device, { operation }) => {
    const [{ seq }] = await device.write([operation]);
    return { seq };
  },
  sync: (device) => device.patiently(() => device.sync(), SYNC_MS_MAX, WAIT_MS_MIN),
  state: async ({ kept, outbox, replica }) => ({
    ...{ device: kept.device, epoch: outbox.epoch, seq: outbox.tail.seq, head: outbox.tail.hash },
    ...{ pending: outbox.pending, alarms: replica.alarms, scopes: await replica.audited() },
  }),
};

async function answered(device, line) {
  try {
    const { do: name, ...words } = JSON.parse(line);
    if (!(name in COMMANDS)) throw new Problem("unknown_command");
    if (name !== "enrol" && !device.is_enrolled) throw new Problem("not_enrolled");
    return { ok: true, ...(await COMMANDS[name](device, words)) };
  } catch (error) {
    if (!(error instanceof Problem)) process.stderr.write(`${error.stack}\n`);
    return { ok: false, problem: error.message };
  }
}

const device = await new Device(new FileStore(process.argv.at(-1)), { keys: FILE_KEYS }).open();
for await (const line of readline.createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await answered(device, line))}\n`);
