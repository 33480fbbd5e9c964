/**
 * What the server has not got yet, and what it had something to say about; each with its story and a way
 * to take it back.
 */
import { h, replace } from "../../dom.js";
import { foundText, moment, t } from "../../say.js";
import { hasText } from "../../workflow/texts.js";

const SHOWN_MAX = 200;
const SCANS_MAX = 4;
const QUIET = new Set(["clock", "seen", "claim", "renew", "hand_back", "take_numbers"]);

export function storyScreen(app) {
  const { device } = app;
  const box = h("div");
  const undo = async (line) => {
    try {
      await device.write([{ kind: "undo", seq: line.seq, epoch: line.epoch }]);
      app.announce(t("app.story.undone"));
    } catch (problem) {
      app.announce(t("app.scan.not_kept", { code: problem.message }));
    }
    app.keeper.soon(0);
    await draw();
  };
  const draw = async () => {
    const { outbox, problem, contact } = device;
    const lines = (await device.store.lines(outbox.epoch)).map(told);
    const undone = new Set(lines.filter(({ kind }) => kind === "undo").map(({ said }) => said.seq));
    const shown = lines.filter(({ kind }) => !QUIET.has(kind)).reverse();
    const unsent = shown.filter(({ seq }) => seq > outbox.settled);
    const is_odd = ({ outcome }) => outcome && outcome.outcome !== "applied";
    const flagged = shown.filter((line) => line.seq <= outbox.settled && is_odd(line));
    const fine = shown.filter((line) => line.seq <= outbox.settled && !is_odd(line));
    const list = (rows, most = SHOWN_MAX) =>
      rows.length
        ? h("ul.lines", {}, rows.slice(0, most).map((line) => h("li", {}, lineOf(line, undone.has(line.seq), undo))))
        : h("p", {}, t("app.story.none"));
    replace(
      box,
      h("h1", {}, t("app.screen.story")),
      h("p", {}, contactText(contact), problem ? ` ${problemText(problem)}` : ""),
      h("button", { id: "sync-now", onclick: () => app.keeper.soon(0) }, t("app.story.now")),
      h("h2", {}, t("app.story.unsent", { count: unsent.length })),
      list(unsent),
      h("h2", {}, t("app.story.flagged", { count: flagged.length })),
      list(flagged),
      h("h2", {}, t("app.story.latest")),
      list(fine, 20),
    );
  };
  draw();
  return { body: box, leave: device.onChange(() => draw()) };
}

const contactText = (contact) =>
  contact ? t("app.story.contact_at", { time: moment(contact.at) }) : t("app.story.never");

const problemText = (problem) =>
  t("app.story.problem", { problem: named(`app.problem.${problem}`, problem).replace(/[.。]$/, "") });

function told(line) {
  const said = JSON.parse(line.text);
  return { ...line, said, kind: said.kind };
}

function lineOf({ seq, epoch, kind, said, outcome, written }, is_undone, undo) {
  const scans = (said.scans ?? []).slice(-SCANS_MAX).map(({ text }) => text);
  const name = named(`app.kind.${kind}`, kind);
  const given = {
    ...{ id: `undo-${seq}`, "aria-label": t("app.story.undo_of", { name }), onclick: () => undo({ seq, epoch }) },
  };
  return [
    h(
      "div.told",
      {},
      h("strong", {}, name),
      written ? h("time", { datetime: new Date(written).toISOString() }, moment(written)) : null,
      h("span.what", {}, whatOf(said)),
      scans.length ? h("span.scanned", {}, t("app.scan.scanned", { code: scans.join(", ") })) : null,
      outcomeOf(outcome),
      is_undone ? h("span.pill", {}, t("app.story.undone")) : null,
    ),
    kind === "undo" || is_undone ? null : h("button", given, t("app.way.undo")),
  ];
}

/** What was done with what, from where to where. */
function whatOf({ quantity, lines, item, code, unit, parcel, source, to, place, lot, serial }) {
  const counted = (lines ?? []).map((each) => `${each.quantity} ${each.item ?? each.code ?? each.unit ?? ""}`).join(", ");
  return [quantity, counted, item || code || unit || parcel, lot, serial, source, to || place ? "→" : "", to ?? place]
    .filter((each) => each !== undefined && each !== null && each !== "")
    .join(" ");
}

/** An outcome in words; a code that this app does not know stands as it is. */
function outcomeOf(outcome) {
  if (!outcome || outcome.outcome === "applied") return null;
  const { outcome: word, code = "", expected = "", actual = "", then = "" } = outcome;
  const why = code ? named(`app.code.${code}`, code) : "";
  const parts = [
    [named(`app.outcome.${word}`, word), why].filter(Boolean).join(": "),
    expected || actual ? t("app.story.differs", { expected: foundText(expected) || "–", actual: foundText(actual) || "–" }) : "",
    then ? t("app.story.then", { then: named(`app.then.${slug(then)}`, then) }) : "",
  ];
  return h("span.outcome", {}, parts.filter(Boolean).join(" "));
}

const named = (key, text) => (hasText(key) ? t(key) : text);
const slug = (text) => text.toLowerCase().replace(/[^a-z]+/g, "_");
