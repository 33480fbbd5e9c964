/** The story of one operation: what was said, what became of it, what it moved. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { codeLink, codeText, differsText, facts, table, thenText, when, word } from "./parts.js";

const SHOWN_APART = ["kind", "actor", "ended", "began", "seq", "epoch"];

/** @param {Object} story As the API tells it. */
export function operationView(story) {
  const line = typeof story.line === "object" && story.line !== null ? story.line : {};
  const name = `${story.stream}/${story.epoch}/${story.seq}`;
  return h("div.story", {}, facts([
    [t("desk.operation"), codeLink(name)],
    [t("desk.story.did"), line.kind ? word("did", line.kind) : String(story.line)],
    [t("desk.story.who"), line.actor],
    [t("desk.story.occurred"), when(story.occurred_at)],
    [t("desk.story.recorded"), when(story.recorded_at)],
    [t("desk.story.outcome"), outcomeText(story.outcome)],
    [t("desk.story.decision"), story.decision ? outcomeText(story.decision) : ""],
    [t("desk.story.resolution"), story.resolution],
    [t("desk.story.undone_by"), codeLink(story.undone_by)],
    [t("desk.story.opened"), story.opened.join(", ")],
  ]), saidOf(line), movements(story.movements), evidence(story.evidence));
}

/** An outcome in words. */
function outcomeText(outcome) {
  if (typeof outcome !== "object" || outcome === null) return String(outcome ?? "");
  const { outcome: what, code = "", expected = "", actual = "", then = "" } = outcome;
  return [word("outcome", what), codeText(code), differsText({ expected, actual }),
    thenText(then)].filter(Boolean).join(" · ");
}

function saidOf(line) {
  const parts = Object.entries(line).filter(([key]) => !SHOWN_APART.includes(key));
  if (!parts.length) return null;
  const text = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));
  return h("details", {}, h("summary", {}, t("desk.story.line")),
    facts(parts.map(([key, value]) => [key.replaceAll("_", " "), text(value)])));
}

function movements(rows) {
  if (!rows?.length) return h("p.quiet", {}, t("desk.story.no_movements"));
  return [h("h3", {}, t("desk.story.movements")), table(t("desk.story.movements"), [
    { title: "№", cell: (row) => row.number, number: true },
    { title: t("desk.story.from"), cell: (row) => codeLink(row.source) },
    { title: t("desk.story.to"), cell: (row) => codeLink(row.target) },
    { title: t("desk.sku"), cell: (row) => codeLink(row.sku || row.raw) },
    { title: t("desk.lot"), cell: (row) => row.lot },
    { title: t("desk.quantity"), cell: (row) => row.quantity, number: true },
    { title: t("desk.exceptions.cause"), cell: (row) => word("cause", row.cause) },
  ], rows)];
}

function evidence(rows) {
  if (!rows?.length) return null;
  const line = (row) => h("li", {},
    row.kind === "attachment" && row.state === "arrived"
      ? h("a", { href: `/ops/v1/attachments/${row.hash}`, download: "" },
        `${row.media_type} · ${row.hash.slice(0, 12)}`)
      : `${row.kind} · ${row.text || row.hash.slice(0, 12)}`,
    h("small", {}, word("evidence", row.state)));
  return [h("h3", {}, t("desk.story.evidence")), h("ul.lines", {}, rows.map(line))];
}
