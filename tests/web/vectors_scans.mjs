// The scripts' scan parser reproduces the golden vectors.
// `node vectors_scans.mjs KNOWLEDGE FIXTURES`: a file of what apps know, and the folder fixtures/.
import assert from "node:assert/strict";
import fs from "node:fs";

import { Deliveries } from "../../server/web/static/scanning/delivery.js";
import { setForms } from "../../server/web/static/scanning/elements.js";
import { labelled, saidOf } from "../../server/web/static/scanning/label.js";
import { read } from "../../server/web/static/scanning/scan.js";

const [, , knowledge, fixtures] = process.argv;
const json = (path) => JSON.parse(fs.readFileSync(path, "utf-8"));
const { scans, deliveries, labels } = json(`${fixtures}/protocol/v2/scans.json`);
setForms(json(knowledge).forms);

/** A value without the members that hold their default, as it stands in a vector. */
function bare(said) {
  const silent = ["", null, ...(said?.kind === "plain" ? ["plain"] : [])];
  const is_told = ([name, value]) => name === "text" || !silent.includes(value);
  return said && Object.fromEntries(Object.entries(said).filter(is_told));
}

for (const { name, raw, symbology, separators, readings, fault } of scans) {
  const told = read(raw, symbology, separators);
  assert.equal(told.raw, raw);
  assert.deepEqual({ readings: told.readings.map(bare), fault: bare(told.fault) }, { readings, fault }, name);
}
for (const { name, told } of deliveries) {
  const device = new Deliveries();
  for (const { from, at_ms, scan, again } of told)
    assert.deepEqual(device.take(from, at_ms), { scan, again }, name);
}
for (const { name, scans: given, labels: expected } of labels) {
  const done = [];
  let label = null;
  for (const { raw, at_ms } of given) {
    const next = labelled(label, read(raw).readings[0], at_ms);
    if (next.parts.length === 1) done.push(next);
    else done[done.length - 1] = next;
    label = next;
  }
  assert.deepEqual(done.map(saidOf).map(bare), expected, name);
}
process.stdout.write(`${scans.length} scans, ${deliveries.length} deliveries, ${labels.length} labels\n`);
