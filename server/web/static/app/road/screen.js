/** The round of whoever drives: stops in order with address and what to mind, and what is left to do. */
import { h, replace } from "../../dom.js";
import { dayText, t } from "../../say.js";
import { doorParts, geoLink } from "./door.js";
import { amountText } from "../../money.js";
import { purseOf, sumsText } from "./money.js";
import { accountOf, doneHere, inVan, recentOf, stopsOf } from "./round.js";

const MARKS = { open: "○", delivered: "✓", collected: "✓", partly: "◐", failed: "✗" };
const COUNTED = ["delivered", "failed", "collected", "back", "loaded", "waiting", "lost", "void"];
const mark = (sign) => h("span.mark", { "aria-hidden": "true" }, sign);
const joined = (...words) => words.filter(Boolean).join(", ");

/** The screen of the road. */
export function roadScreen(app) {
  const { device } = app;
  const box = h("div.road");
  const draw = async () => {
    const { outbox, store, held } = device;
    const lines = await store.lines(outbox.epoch);
    const done = doneHere(lines, outbox.settled);
    const said = recentOf(lines, 0).map((line) => line.said);
    const earlier = (one, other) => one.date.localeCompare(other.date) || one.id - other.id;
    const rounds = held.all("round").sort(earlier);
    replace(
      box,
      h("h1", {}, t("app.screen.road")),
      rounds.map((round) => roundParts(app, round, done, said)),
      rounds.length ? null : h("p", { id: "no-round" }, t("app.road.none")),
      endParts(app, rounds, accountOf(held, rounds, done), purseOf(said)),
    );
  };
  draw();
  return { body: box, leave: device.onChange(draw) };
}

/** A round with its stops. */
function roundParts(app, round, done, said) {
  const stops = stopsOf(app.device.held, round.id, done);
  const open = stops.filter(({ state }) => state === "open");
  const item = (each) =>
    h(`li.stop.${each.state}`, { id: `stop-${each.stop.id}` }, stopParts(app, round, each, each === open[0], said));
  return h(
    "section",
    { "aria-labelledby": `round-${round.id}` },
    h("h2", { id: `round-${round.id}` }, t("app.work.round", { name: round.name, van: round.van })),
    h("p", {}, t("app.road.left", { open: open.length, stops: stops.length })),
    h("ol.stops", {}, stops.map(item)),
  );
}

function stopParts(app, round, { stop, parcels, state }, is_next, told) {
  const door = app.doors.of(round.id, stop.id);
  const name = door?.name || stop.number || t("app.road.stop", { number: stop.sequence });
  const said = h("span.hidden", {}, t(`app.road.state.${state}`));
  const item = (each) => h("li", { "data-state": each.state }, joined(each.code, becameOf(each)));
  return [
    h("h3", {}, mark(MARKS[state] ?? ""), `${stop.sequence} · ${name} `, said),
    doorParts(door, stop),
    stop.kind === "collect" ? h("p.due", {}, t("app.road.return", { number: stop.announced ?? "" })) : null,
    moneyDue(stop, told),
    h("ul.parcels", {}, parcels.map(item)),
    stopWays(app, round, { stop, state, name, lines: door?.lines }, is_next),
  ];
}

/** What is to be paid at a door, or was. */
function moneyDue({ id, cash = 0, currency = "" }, told) {
  if (!currency) return null;
  const taken = told.filter(({ kind, stop }) => kind === "deliver" && stop === id).reduce((sum, each) => sum + (each.taken ?? 0), 0);
  const [key, amount] = taken || !cash ? ["app.road.cash_taken", taken] : ["app.road.cash", cash];
  return amount ? h("p.due.cash", {}, t(key, { amount: amountText(amount, currency) })) : null;
}

/** What can be done at a door. */
function stopWays(app, round, { stop, state, name, lines }, is_next) {
  const named = (key) => t(`app.road.${key}`, { name });
  const at_hand = { round: round.id, van: round.van };
  const take_back = { ...at_hand, stop: stop.id, announced: stop.announced ?? "" };
  const way = (key, id, work, marked = "") =>
    h(`button${marked}`, { id, "aria-label": named(`${key}_of`), onclick: () => turnTo(app, key, work) }, t(`app.road.${key}`));
  const marked = is_next ? ".done" : "";
  const is_return = stop.kind === "collect";
  const collect = (style) => way("collect", `collect-${stop.id}`, take_back, style);
  return [
    h(
      "div.ways",
      {},
      lines?.length
        ? h("a.button", { href: geoLink(lines), "aria-label": named("map_of") }, t("app.road.map"))
        : null,
      state === "open" && !is_return ? way("deliver", `deliver-${stop.id}`, at_hand, marked) : null,
      is_return ? collect(state === "open" ? marked : "") : null,
    ),
    // Somebody may give something back at any door.
    is_return ? null : collect(".plain"),
  ];
}

/** What became of a parcel, in words. */
function becameOf({ state, reason, next_date }) {
  const again = next_date ? t("app.road.again", { date: dayText(next_date) }) : "";
  return joined(t(`app.road.parcel.${state}`), reason && t(`reason.${reason}`), again);
}

/** What is still to be accounted for before the courier goes home. */
function endParts(app, rounds, account, purse) {
  const { outbox, files } = app.device;
  const counts = COUNTED.filter((state) => account[state]?.length);
  const money = sumsText(purse);
  if (!counts.length && !rounds.length && !money) return null;
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
    h("dl", {}, counts.map(count), money ? [h("dt", {}, t("app.road.purse")), h("dd", { id: "purse" }, money)] : null),
    left.length || waiting.length ? h("p.feedback.ask", {}, mark("⚠"), t("app.road.not_clear", open)) : null,
    money ? h("p.feedback.ask", {}, mark("⚠"), t("app.road.purse_open", { amount: money })) : null,
    left.length || waiting.length || money
      ? null
      : h("p.feedback.ok", {}, mark("✓"), t(unsent ? "app.road.clear_unsent" : "app.road.clear", unsaid)),
    left.length ? backParts(app, rounds, left) : null,
    money ? rounds.filter((round) => hasMoney(app.device.held, round)).map((round) => purseParts(app, round)) : null,
  );
}

const hasMoney = (held, { id }) => held.listed("stop", `round/${id}`).some(({ currency }) => currency);

/** The way to hand the money of a round over. */
function purseParts(app, round) {
  const begin = () => turnTo(app, "hand_over_cash", { round: round.id, van: round.van });
  const label = t("app.road.hand_over_of", { name: round.name });
  return h("button.big", { id: `hand-over-${round.id}`, "aria-label": label, onclick: begin }, t("app.road.hand_over"));
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

/** Go on with this work, or begin it; other work with something in the hand is asked about where work is chosen. */
async function turnTo(app, workflow, work) {
  const { runner } = app;
  const is_of = (name, none) => (runner.session.work[name] ?? none) === (work[name] ?? none);
  const is_it = () => runner.session.workflow === workflow && is_of("van", "") && is_of("round", null) && is_of("stop", null);
  if (runner.session && (runner.prompt.state === "ended" || (!is_it() && isAtRest(runner)))) await runner.leave();
  if (runner.session && !is_it()) {
    app.go("work");
    return;
  }
  if (!runner.session) await runner.begin(workflow, work);
  app.go("scan");
}

/** Whether a courier's work waits for the next parcel, with nothing in the hand. */
const isAtRest = ({ session, prompt }) =>
  ["deliver", "collect"].includes(session.workflow) && prompt.state === "parcel" && !prompt.answers.length;
