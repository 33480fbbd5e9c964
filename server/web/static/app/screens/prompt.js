/** What a step shows: the instruction, what was said to the last input, answers, keys and ways out. */
import { h } from "../../dom.js";
import { packsText, stepText, t } from "../../say.js";
import { hasText } from "../../workflow/texts.js";
import { has_camera } from "../camera.js";
import { keypad } from "../keypad.js";
import { proofParts } from "../proof.js";
import { dayParts } from "../road/day.js";
import { doorParts } from "../road/door.js";
import { asksMoney, moneyParts } from "../road/money.js";

const MARKS = { ok: "✓", note: "ℹ", warn: "⚠", ask: "?", error: "✗" };
const SEPARATORS = /\x1d/g; // eslint-disable-line no-control-regex -- GS1's separator is meant.

/** The parts of the scan screen. */
export function stepParts(app, parts, acts) {
  const { runner } = app;
  const { prompt, feedback } = runner;
  const tone = parts.fault ? "error" : (feedback?.tone ?? "ok");
  const counts = prompt.takes.includes("quantity");
  return [
    h("p.workflow", {}, t(`app.workflow.${runner.session.workflow}`)),
    parts.fault ? h("p.fault", { role: "alert" }, markOf("error"), parts.fault) : null,
    isOver(app) ? h("p.feedback.note", {}, t("app.scan.lease_over")) : null,
    h(
      `section.prompt.${tone}`,
      { "aria-labelledby": "instruction" },
      h("h1", { id: "instruction" }, stepText(prompt)),
      saidOf(prompt, feedback),
      scannedOf(runner.session),
      doorOf(app),
      prompt.quantity === null ? null : quantityOf(prompt),
      h("p.typed", { "aria-hidden": "true" }, parts.typed),
    ),
    prompt.answers.length || prompt.choices.length ? answersOf(prompt, acts) : null,
    counts ? keypad(prompt.quantity ?? 0, (quantity) => acts.give({ quantity })) : null,
    asksDay(prompt) ? dayParts(acts) : null,
    asksMoney(prompt) ? moneyParts(prompt, runner.session, acts) : null,
    asksDay(prompt) || asksMoney(prompt) ? null : proofParts(app, prompt, acts),
    parts.camera ? h("div.viewfinder", {}, parts.video) : null,
    prompt.state === "ended"
      ? h("button.big", { id: "finish", onclick: acts.leave }, t("app.scan.finish"))
      : asksMoney(prompt)
        ? null
        : byHand(prompt, parts, acts),
    waysOf(prompt, runner.session.workflow, acts),
  ];
}

const asksDay = ({ key }) => ["deliver.next_date", "collect.next_date"].includes(key);

const isOver = ({ device, runner }) => device.leases.isOver(runner.session.work.package);

/** What was said to the last input, unless the instruction says it; and what warns of the place. */
function saidOf(prompt, feedback) {
  const said = feedback && feedback.key !== prompt.key ? feedback : null;
  const notice = prompt.notice && prompt.notice.key !== said?.key ? { ...prompt.notice, tone: "warn" } : null;
  return [said, notice].filter(Boolean).map(({ key, fields, tone }) =>
    h(`p.feedback.${tone}`, {}, markOf(tone), t(key, fields)),
  );
}

/** Where what was scanned goes, for whoever stands at the door. */
function doorOf({ device, doors, runner }) {
  const { now, work } = runner.session;
  const number = { deliver: now.line?.stop, collect: work.stop }[runner.session.workflow];
  const stop = number ? device.held.body(`stop/${number}`) : null;
  const door = stop && doors.of(work.round, stop.id);
  return door ? [door.name ? h("p.door", {}, h("strong", {}, door.name)) : null, doorParts(door, stop)] : null;
}

const markOf = (tone) => h("span.mark", { "aria-hidden": "true" }, MARKS[tone]);

/** The latest scan that the step goes by. */
function scannedOf({ now }) {
  const scan = now.scans.at(-1);
  return scan ? h("p.scanned", {}, t("app.scan.scanned", { code: scan.text.replace(SEPARATORS, "␝") })) : null;
}

const quantityOf = ({ quantity, packs }) =>
  h(
    `p.quantity${packs.length ? ".packs" : ""}`,
    {},
    h("span.workflow", {}, t("app.scan.quantity")),
    h("output", {}, packs.length ? packsText(packs) : quantity),
  );

function answersOf({ key, answers, choices }, acts) {
  const all = [
    ...answers.map(({ command, text, fields }) => [command, t(text, fields)]),
    ...choices.map(({ text }, at) => [`${at + 1}`, t(text)]),
  ];
  const button = ([command, text]) =>
    h(
      `button.big.answer.${command}`,
      { id: `answer-${command}`, onclick: () => acts.give({ command }) },
      h("kbd", { "aria-hidden": "true" }, command.length === 1 ? command : ""),
      text,
    );
  return h("div.answers", { role: "group", "aria-labelledby": "instruction", "data-key": key }, all.map(button));
}

function waysOf({ ways, answers, choices, quantity, state, key: asking }, workflow, acts) {
  const asked = new Set([...answers.map(({ command }) => command), ...choices.map((_, at) => `${at + 1}`)]);
  const others = ways.filter((way) => !asked.has(way) && !(state === "ended" && way === "done"));
  const key = (way) => {
    if (way === "done" && quantity !== null) return "app.way.confirm";
    return [`app.way.${way}.${asking}`, `app.way.${way}.${workflow}`].find(hasText) ?? `app.way.${way}`;
  };
  const button = (way) =>
    h(`button.way.${way}`, { id: `way-${way}`, onclick: () => acts.give({ command: way }) }, t(key(way)));
  return h("div.ways", { role: "group", "aria-label": t("app.scan.ways") }, others.map(button));
}

function byHand({ takes }, parts, acts) {
  // The same field as before, however often the screen is drawn: what somebody is typing stays.
  parts.hand ??= h("input", {
    ...{ id: "by-hand", autocomplete: "off", autocapitalize: "characters", maxlength: "512", enterkeyhint: "done" },
    ...{ "aria-label": t("app.scan.by_hand"), placeholder: t("app.scan.by_hand"), "data-scan": true },
  });
  const input = parts.hand;
  const submit = (event) => {
    event.preventDefault();
    if (!input.value) return;
    const { value } = input;
    input.value = "";
    acts.keyed(value);
  };
  return h(
    "form.by-hand",
    { onsubmit: submit },
    input,
    h("button", { type: "submit" }, t("app.scan.enter")),
    has_camera() && takes.length
      ? h("button", { type: "button", id: "camera", onclick: acts.toggleCamera }, t("app.scan.camera"))
      : null,
  );
}
