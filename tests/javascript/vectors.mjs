// The client's own functions reproduce the golden vectors.
// `node vectors.mjs FOLDER`, where FOLDER is fixtures/protocol.

import assert from "node:assert/strict";
import crypto from "node:crypto";
import fs from "node:fs";

import {
  callText,
  chainNext,
  chainStart,
  epochText,
  merged,
  offeredAgain,
  parsed,
  pushBody,
  sign,
  sumOf,
} from "./client.mjs";

const folder = process.argv.at(-1);
const read = (name) => JSON.parse(fs.readFileSync(`${folder}/${name}.json`));
const keyOf = (d, x) => ({ kty: "OKP", crv: "Ed25519", d, x });
const bytesOf = (base64) => Buffer.from(base64, "base64");

/** Every line of the stream leads to the hash that the vector names. */
function checkChain() {
  const { device, epoch, nonce, start, lines } = read("v1/stream");
  assert.equal(chainStart(device, epoch, nonce), start);
  lines.reduce((previous, { line, hash }, n) => {
    assert.equal(chainNext(previous, n + 1, line), hash);
    return hash;
  }, start);
  return lines.length;
}

/** A push is the same bytes, so also its signature and its head; a line need not be text. */
function checkBatches() {
  const { private_key, public_key, good } = read("v1/batches");
  for (const { body, head, signature } of good) {
    const [header, ...lines] = bytesOf(body).toString("latin1").split("\n").slice(0, -1);
    const told = JSON.parse(header);
    const raw = lines.map((line) => Buffer.from(line, "latin1"));
    const next = (previous, line, n) => chainNext(previous, told.first + n, line);
    assert.equal(raw.reduce(next, told.prev), head);
    assert.equal(told.signature, signature);
    const texts = raw.map((line) => line.toString("utf-8"));
    const written = pushBody(keyOf(private_key, public_key), told, texts);
    if (texts.every((text, n) => Buffer.from(text).equals(raw[n])))
      assert.deepEqual(written, bytesOf(body));
    assert.equal(JSON.parse(written.toString().split("\n")[0]).signature, signature);
  }
  return good.length;
}

/** Texts that are signed, in calls, epochs and as they stand. */
function checkSignatures() {
  const { call, epoch, ...first } = read("v1/signatures");
  const [old, { good, bad, header, ...second }] = [first, read("v2/signatures")];
  const key = keyOf(old.private_key, old.public_key);
  assert.equal(`${call.device}:${sign(key, callText(call.path, call.body))}`, call.header);
  assert.equal(sign(key, epochText(epoch)), epoch.signature);
  assert.equal(second.private_key, old.private_key);
  for (const { text, signature } of good) assert.equal(sign(key, text), signature);
  for (const { text, signature } of bad) assert.notEqual(sign(key, text), signature);
  assert.equal(`1000001:${sign(key, callText(header.target, header.body))}`, header.value);
  const asked = { device: 1000001, attempt: "00112233445566778899aabbccddeeff" };
  const epochs = [{ reason: "fork" }, { reason: "gap", first: 41, last: 90, epoch: 1 }];
  const told = good.filter(({ about }) => about.startsWith("epoch"));
  for (const [n, asks] of epochs.entries())
    assert.equal(epochText({ ...asked, ...asks }), told[n].text);
  return good.length;
}

/** Documents, their sum while it grows, and the buckets of a digest call. */
function checkSums() {
  const { documents } = read("v1/digests");
  let sum = 0n;
  for (const { scope, key, version, body, hash, sum: told } of documents) {
    assert.equal(sumOf(scope, [[key, { version, body }]]), hash);
    sum += BigInt(`0x${hash}`);
    assert.equal(BigInt.asUintN(128, sum).toString(16).padStart(32, "0"), told);
  }
  const { scope, documents: held, count, sum: whole, buckets } = read("v2/buckets");
  const entries = held.map(({ key, ...document }) => [key, document]);
  assert.equal(entries.length, count);
  assert.equal(sumOf(scope, entries), whole);
  for (const [key, { bucket }] of entries) {
    assert.equal(crypto.createHash("sha256").update(key).digest()[0], bucket);
    const inside = entries.filter(([, other]) => other.bucket === bucket);
    assert.equal(buckets.slice(32 * bucket, 32 * bucket + 32), sumOf(scope, inside));
  }
  return documents.length + count;
}

/** Bodies keep their bytes where a JSON reader would change them; the rest is read. */
function checkBodies() {
  const odd = '{"10":1.0,"2":"\\u00e9\\"}]","deep":[{"body":{}}],"__proto__":{"a":1e2}}';
  const page = (body) => `{"pages":[{"documents":[{"key":"k","version":2,"body":${body}}]}]}`;
  const bodyOf = (json) => parsed(json).pages[0].documents[0].body;
  assert.equal(bodyOf(page(odd)), odd);
  assert.equal(bodyOf(page("null")), null);
  const { messages } = read("v2/messages");
  const { bytes } = messages.find(({ message }) => message === "PullAnswer");
  const [{ scope, documents, checkpoint }] = parsed(bytes).pages;
  const after = merged([["task/9", { version: 11, body: "{}" }]], documents);
  assert.equal(after.length, checkpoint.count);
  assert.equal(after[0][1].body, '{"id":48001,"kind":"count"}');
  assert.equal(scope, "1/zone/2");
  return messages.length;
}

/** A line that is offered again keeps its text, and its first origin. */
function checkOrigins() {
  const again = '{"kind":"bind","later":{"1":1.0},"again":{"epoch":1,"seq":4,"hash":"ab"}}';
  assert.equal(offeredAgain('{"kind":"bind","later":{"1":1.0}}', 1, 4, "ab"), again);
  assert.equal(offeredAgain(again, 2, 9, "cd"), again);
  return 2;
}

const checks = [checkChain, checkBatches, checkSignatures, checkSums, checkBodies, checkOrigins];
for (const check of checks) process.stdout.write(`${check.name}: ${check()}\n`);
