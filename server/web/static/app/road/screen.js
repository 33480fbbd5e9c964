/** The round of whoever drives: stops in order with address and what to mind, and what is left to do. */
import { h, replace } from "../../dom.js";
import { t } from "../../say.js";
import { doorParts, geoLink } from "./door.js";
import { accountOf, doneHere, inVan, stopsOf } from "./round.js";

const MARKS = { open: "○", delivered: "✓", partly: "◐", failed: "✗" };
const COUNTED = ["delivered", "failed", "back", "loaded", "waiting", "lost", "void"];
const mark = (sign) => h("span.mark", { "aria-hidden": "true" }, sign);
const joined = (...words) => words.filter(Boolean).join(", ");

/** The screen of the road. */
export function roadScreen(app) {
  const { device } = app;
  const box = h("div.road");
  const draw = async () => {
    const { outbox, store, held } = device;
    const done = doneHere(await store.lines(outbox.epoch), outbox.settled);
    const earlier = (one, other) => one.date.localeCompare(other.date) || one.id - other.id;
    const rounds = held.all("round").sort(earlier);
    replace(
      box,
      h("h1", {}, t("app.screen.road")),
      rounds.map((round) => roundParts(app, round, done)),
      rounds.length ? null : h("p", { id: "no-round" }, t("app.road.none")),
      endParts(app, rounds, accountOf(held, rounds, done)),
    );
  };
  draw();
  return { body: box, leave: device.onChange(draw) };
}

/** A round with its stops. */
function roundParts(app, round, done) {
  const stops = stopsOf(app.device.held, round.id, done);
  const open = stops.filter(({ state }) => state === "open");
  const item = (each) =>
    h(`li.stop.${each.state}`, { id: `stop-${each.stop.id}` }, stopParts(app, round, each, each === open[0]));
  return h(
    "section",
    { "aria-labelledby": `round-${round.id}` },
    h("h2", { id: `round-${round.id}` }, t("app.work.round", { name: round.name, van: round.van })),
    h("p", {}, t("app.road.left", { open: open.length, stops: stops.length })),
    h("ol.stops", {}, stops.map(item)),
  );
}

function stopParts(app, round, { stop, parcels, state }, is_next) {
  const door = app.doors.of(round.id, stop.id);
  const name = door?.name || stop.number || t("app.road.stop", { number: stop.sequence });
  const begin = () => turnTo(app, "deliver", { round: round.id, van: round.van });
  const named = (key) => t(`app.road.${key}`, { name });
  const said = h("span.hidden", {}, t(`app.road.state.${state}`));
  const item = (each) => h("li", { "data-state": each.state }, `${each.code} · ${becameOf(each)}`);
  return [
    h("h3", {}, mark(MARKS[state] ?? ""), `${stop.sequence} · ${name} `, said),
    doorParts(door, stop),
    h("ul.parcels", {}, parcels.map(item)),
    h(
      "div.ways",
      {},
      door?.lines?.length
        ? h("a.button", { href: geoLink(door.lines), "aria-label": named("map_of") }, t("app.road.map"))
        : null,
      state === "open"
        ? h(
            `button${is_next ? ".done" : ""}`,
            { id: `deliver-${stop.id}`, "aria-label": named("deliver_of"), onclick: begin },
            t("app.road.deliver"),
          )
        : null,
    ),
  ];
}

/** What became of a parcel, in words. */
function becameOf({ state, reason, next_date }) {
  const again = next_date ? t("app.road.again", { date: next_date }) : "";
  return joined(t(`app.road.parcel.${state}`), reason && t(`reason.${reason}`), again);
}

/** What is still to be accounted for before the courier goes home. */
function endParts(app, rounds, account) {
  const { outbox, files } = app.device;
  const counts = COUNTED.filter((state) => account[state]?.length);
  if (!counts.length && !rounds.length) return null;
  const [left, waiting] = [inVan(account), account.waiting ?? []];
  const unsent = outbox.pending + files.pending;
  const [open, unsaid] = [{ van: left.length, waiting: waiting.length }, { count: unsent }];
  const count = (state) => [
    h("dt", {}, t(`app.road.parcel.${state}`)),
    h("dd", { "data-count": state }, account[state].length),
  ];
  return h(
    "section",
    { id: "round-end", "aria-labelledby": "round-end-title" },
    h("h2", { id: "round-end-title" }, t("app.road.end")),
    h("dl", {}, counts.map(count)),
    left.length || waiting.length
      ? h("p.feedback.ask", {}, mark("⚠"), t("app.road.not_clear", open))
      : h("p.feedback.ok", {}, mark("✓"), t(unsent ? "app.road.clear_unsent" : "app.road.clear", unsaid)),
    left.length ? backParts(app, rounds, left) : null,
  );
}

/** What is in the van, and the way to bring it back. */
function backParts(app, rounds, left) {
  const vans = [...new Set([...rounds, ...left].map(({ van = "" }) => van).filter(Boolean))];
  const begin = () => turnTo(app, "bring_back", { van: vans.length === 1 ? vans[0] : "" });
  const item = ({ code, reason }) => h("li", {}, joined(code, reason && t(`reason.${reason}`)));
  return [
    h("ul.parcels", {}, left.map(item)),
    h("button.big", { id: "bring-back", onclick: begin }, t("app.road.bring_back")),
  ];
}

/** Go on with this work, or begin it; other work in hand is asked about where work is chosen. */
async function turnTo(app, workflow, work) {
  const { runner } = app;
  if (runner.session && runner.prompt.state === "ended") await runner.leave();
  const { session } = runner;
  const is_of = (name, none) => (session.work[name] ?? none) === (work[name] ?? none);
  if (session && !(session.workflow === workflow && is_of("van", "") && is_of("round", null))) {
    app.go("work");
    return;
  }
  if (!session) await runner.begin(workflow, work);
  app.go("scan");
}
