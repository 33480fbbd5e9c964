// The scripts' interpreter plays the golden stories.
// `node stories.mjs KNOWLEDGE FIXTURES`: a file of what apps know, and the folder fixtures/.
import assert from "node:assert/strict";
import fs from "node:fs";

import { Labels } from "../../server/web/static/app/labels.js";
import { setForms } from "../../server/web/static/scanning/elements.js";
import { read } from "../../server/web/static/scanning/scan.js";
import { definitionOf } from "../../server/web/static/workflow/definition.js";
import { bare, setShapes, shapeOf } from "../../server/web/static/workflow/emitting.js";
import { begin, show, step } from "../../server/web/static/workflow/interpreter.js";
import { recorded } from "../../server/web/static/workflow/session.js";
import { setTexts } from "../../server/web/static/workflow/texts.js";
import * as view from "../../server/web/static/workflow/view.js";

const [, , knowledge, fixtures] = process.argv;
const json = (path) => JSON.parse(fs.readFileSync(path, "utf-8"));
const known = json(knowledge);
setForms(known.forms);
setShapes(known);
setTexts(known.texts);

/** What is said to a code of a label of which a line is written already. */
const SAME = { key: "note.same_label", fields: {} };

/** A site of a story as a view. */
function worldOf(site) {
  const lines = (site.work_lines ?? []).map(view.lineOf);
  const items = (site.items ?? []).map(view.meaningOf);
  const found = (list, code, made) => {
    const each = (list ?? []).find((one) => one.code === code);
    return each ? made(each) : null;
  };
  return {
    lines: () => lines,
    meanings: (code) => items.filter((item) => item.code === code),
    place: (code) => found(site.places, code, view.placeOf),
    unit: (code) => found(site.units, code, view.unitOf),
    badge: (code) => (code in (site.badges ?? {}) ? view.badgeOf(site.badges[code]) : null),
    stood: (place) => site.stocks?.[place]?.map(view.stoodOf) ?? null,
    inQuestion: (place) => (site.counts ?? []).includes(place),
    serialUsed: (owner, item, serial) => (site.serials ?? []).includes(`${owner}/${item}/${serial}`),
    today: () => site.day ?? "",
  };
}

/** A definition as a story's site wants it. */
function adjusted(told, { workflow: _, version: __, options = {}, without = [], ...orders } = {}) {
  const offered = (each) => ({
    ...each,
    ways: (each.ways ?? []).filter(({ command }) => !without.includes(command)),
  });
  const merged = { ...offered(told), ...orders, states: told.states.map(offered) };
  return definitionOf({ ...merged, options: { ...told.options, ...options } });
}

/** A step as it stands in a file. */
function told({ prompt, feedback, operations }, given) {
  const shows = { text: prompt.key, fields: prompt.fields };
  if (prompt.quantity !== null) shows.quantity = prompt.quantity;
  if (prompt.packs.length) shows.packs = prompt.packs.map(({ count, level, factor }) => [count, level, factor]);
  if (prompt.notice) shows.notice = { text: prompt.notice.key, fields: prompt.notice.fields };
  if (prompt.answers.length) shows.answers = prompt.answers.map(({ command, text }) => [command, text]);
  return { ...given, shows, says: { text: feedback.key, fields: feedback.fields }, writes: operations };
}

function inputOf({ label, scan, keyed, key, quantity }, begun_ms) {
  if (label) {
    const [first, ...beside] = label.map((text) => ({ scanned: read(text), entry: "scanner" }));
    return { ...first, beside, begun_ms };
  }
  if (key !== undefined) return { command: key };
  if (quantity !== undefined) return { quantity };
  const entry = keyed === undefined ? "scanner" : "keyed";
  return { scanned: read(keyed ?? scan), entry };
}

/** Play a story; after every step the device forgets all but the stored session. */
function play(name, site, story) {
  const definition = adjusted(known.workflows[name], story.adjustment);
  const world = worldOf({ ...site, ...story.site });
  const labels = new Labels();
  let [at, seq, session] = [1_000, 0, null];
  const settled = (last) => {
    const written = last.operations.map(() => ({ epoch: 1, seq: (seq += 1) }));
    session = JSON.parse(JSON.stringify(recorded(last.session, written)));
    assert.deepEqual(show(definition, session, world), last.prompt);
    return last;
  };
  const steps = [told(settled(begin(definition, story.work, "ana", world, { at, boot: 1 })), {})];
  for (const { shows: _, says: __, writes: ___, ...given } of story.steps.slice(1)) {
    const now = at + (given.after ?? 1_000) - 1_000;
    at = now + 1_000;
    const whole = labels.whole(inputOf(given, now), session);
    if (!whole) {
      const same = { prompt: show(definition, session, world), feedback: SAME, operations: [] };
      steps.push(told(same, given));
      continue;
    }
    const taken = settled(step(definition, whole.session, { ...whole.input, at: now, boot: 1 }, world));
    labels.note(given.label ? session : null, taken.operations);
    steps.push(told(taken, given));
  }
  return steps;
}

/** An operation without members that hold their default, which Python may write or not. */
const plain = ({ kind, ...told }) => ({ kind, ...bare(told, shapeOf(kind)) });

let [stories, steps] = [0, 0];
for (const file of fs.readdirSync(`${fixtures}/workflow/v1`).sort()) {
  const { site, stories: list } = json(`${fixtures}/workflow/v1/${file}`);
  for (const story of list) {
    const played = play(file.replace(".json", ""), site, story);
    for (const [at, each] of played.entries()) {
      const expected = { ...story.steps[at], writes: story.steps[at].writes.map(plain) };
      assert.deepEqual(each, expected, `${file}: ${story.about}, step ${at}`);
    }
    stories += 1;
    steps += played.length;
  }
}
process.stdout.write(`${stories} stories, ${steps} steps\n`);
