// Several codes on one label are one input of the work at hand.
// `node labels.mjs KNOWLEDGE FIXTURES`: a file of what apps know; the folder is not looked at.
import assert from "node:assert/strict";
import fs from "node:fs";

import { Labels, ofOneLabel } from "../../server/web/static/app/labels.js";
import { setForms } from "../../server/web/static/scanning/elements.js";
import { read } from "../../server/web/static/scanning/scan.js";
import { definitionOf } from "../../server/web/static/workflow/definition.js";
import { setShapes } from "../../server/web/static/workflow/emitting.js";
import { begin, step } from "../../server/web/static/workflow/interpreter.js";
import { setTexts } from "../../server/web/static/workflow/texts.js";
import * as view from "../../server/web/static/workflow/view.js";

const known = JSON.parse(fs.readFileSync(process.argv[2], "utf-8"));
setForms(known.forms);
setShapes(known);
setTexts(known.texts);

const [LAMP, MILK, LOT, OTHER] = ["4006381333931", "4012345678901", "]C110L-7", "]C110L-8"];
const EXPIRY = "]C117301231";
const SSCC = "]C100340400000000001017";
const meaning = (code, item, captures = {}) =>
  view.meaningOf({ code: code.padStart(14, "0"), owner: "ACME", item, ...captures });
const ITEMS = [meaning(LAMP, "LAMP"), meaning(MILK, "MILK", { lot_capture: "receipt", expiry_capture: "receipt" })];
const world = {
  lines: () => [],
  meanings: (code) => ITEMS.filter((item) => item.code === code),
  place: (code) => (code === "D-1" ? view.placeOf({ code, kind: "dock", state: "open" }) : null),
  ...{ unit: () => null, badge: () => null, stood: () => null, inQuestion: () => false },
  ...{ serialUsed: () => false, today: () => "2030-01-01" },
};
const definition = definitionOf(known.workflows.receive);

/** Somebody who receives at dock 1; each scan is a text, or several of one picture, after so many ms. */
function received(...scans) {
  const labels = new Labels();
  let { session } = begin(definition, {}, "ana", world, { at: 1, boot: 1 });
  let at = 10_000;
  const told = { lines: [], tones: [] };
  const give = (input) => {
    const whole = labels.whole(input, session);
    if (!whole) {
      told.tones.push("same");
      return;
    }
    const answer = step(definition, whole.session, { at, boot: 1, ...whole.input }, world);
    session = answer.session;
    labels.note(session, answer.operations);
    told.lines.push(...answer.operations);
    told.tones.push(answer.feedback.tone);
  };
  for (const [text, after_ms] of [["D-1", 5_000], ...scans]) {
    at += after_ms;
    if (text === "done") give({ command: "done" });
    else {
      const [first, ...beside] = [text].flat().map((each) => ({ scanned: read(each), entry: "scanner" }));
      give({ ...first, beside, begun_ms: at });
    }
  }
  return { ...told, session };
}

const texts = (line) => line.scans.map(({ text }) => text);
let checks = 0;
const check = (name, work) => {
  work();
  checks += 1;
};

check("codes of one label count once, whatever their order", () => {
  for (const order of [[MILK, LOT, EXPIRY], [LOT, EXPIRY, MILK], [EXPIRY, MILK, LOT]])
    for (const scans of [[[order, 0]], order.map((each) => [each, 40]), order.map((each) => [each, 900])]) {
      const { lines } = received(...scans, ["done", 5_000]);
      const [line] = lines;
      assert.equal(lines.length, 1);
      assert.deepEqual([line.quantity, line.lot, line.expiry], [1, "L-7", "2030-12-31"]);
      assert.deepEqual(texts(line).sort(), [...order].sort());
    }
});
check("what comes later is of no label before", () => {
  const { session, tones } = received([MILK, 5_000], [LAMP, 5_000]);
  assert.equal(tones.at(-1), "error");
  assert.equal(session.now.goods.item, "MILK");
});
check("a code that comes again is the next label", () => {
  const { lines } = received([[MILK, LOT, EXPIRY], 0], [[MILK, LOT, EXPIRY], 900], ["done", 5_000]);
  assert.equal(lines.reduce((sum, { quantity }) => sum + quantity, 0), 2);
});
check("another lot right after begins the next label", () => {
  const { lines } = received([[MILK, LOT, EXPIRY], 0], [[MILK, OTHER, EXPIRY], 900], ["done", 5_000]);
  assert.ok(lines.every(({ quantity }) => quantity === 1));
});
check("a lot that nobody asks for is no mistake", () => {
  const { tones, lines } = received([LAMP, 5_000], [LOT, 900], ["done", 5_000]);
  assert.ok(!tones.includes("error"), tones);
  assert.deepEqual([lines.length, lines[0].quantity, lines[0].lot ?? ""], [1, 1, ""]);
});
check("a pallet's number, item and lot in one picture are the pallet alone", () => {
  const burst = received([SSCC, 5_000], [MILK, 30], [LOT, 30]);
  const picture = received([[MILK, LOT, SSCC], 0]);
  for (const { session } of [burst, picture]) assert.notEqual(session.now.goods?.item, "MILK");
});
check("goods and the carton for them are two scans", () => {
  const { session } = received([MILK, 5_000], [SSCC, 900]);
  assert.equal(session.now.goods.item, "MILK");
});

check("what stands on a label that was written down counts no more; what comes later does", () => {
  for (const [after_ms, is_same] of [[40, true], [900, false]]) {
    const labels = new Labels();
    const [before, after] = [{}, {}];
    const at = (text, begun_ms) => ({ scanned: read(text), begun_ms });
    assert.equal(labels.whole(at(SSCC, 1_000), before).session, before);
    labels.note(after, [{ kind: "receive" }]);
    assert.equal(labels.whole(at(MILK, 1_000 + after_ms), after) === null, is_same);
  }
});

const code = (text) => ({ scanned: read(text) });
const chosen = (...all) => ofOneLabel(all.map(code), (text) => text === "A-01")?.map(({ scanned }) => scanned.raw);
check("of a picture only one label is taken", () => {
  assert.deepEqual(chosen(LAMP), [LAMP]);
  assert.deepEqual(chosen(MILK, LOT), [MILK, LOT]);
  assert.deepEqual(chosen("http", LAMP, "buy me"), [LAMP]);
  assert.equal(chosen(LAMP, MILK), undefined);
  assert.equal(chosen(LAMP, "A-01"), undefined);
  assert.equal(chosen("one", "other"), undefined);
});
process.stdout.write(`${checks} checks\n`);
