/** What there is to do: workflows with what waits, and the pieces of work to take on. */
import { h, replace } from "../../dom.js";
import { t } from "../../say.js";
import { choicesOf, waiting, worksOf } from "../works.js";
import { choiceParts, isChosen } from "./choose.js";

/** How long a lease is waited for before the work begins without it, and asked for again. */
const LEASE_MS_MAX = 4_000;
const AGAIN_MS_MAX = 700;

export function workScreen(app) {
  const { device, runner } = app;
  const box = h("div");
  const begin = async (workflow, work) => {
    try {
      if (workflow === "pick") await claim(app, work);
      await runner.begin(workflow, device.leases.fenced(work));
      app.go("scan");
    } catch (problem) {
      const said = t(problem.name === "QuotaExceededError" ? "app.scan.full" : "app.scan.not_kept", { code: problem.message });
      box.prepend(h("p.fault", { role: "alert" }, said));
    }
  };
  const back = () => replace(box, tiles());
  const turnTo = (parts) => {
    replace(box, parts);
    globalThis.scrollTo(0, 0);
    box.querySelector("h1")?.focus({ preventScroll: true });
  };
  const take = (workflow) => {
    if (isChosen(device.held, workflow)) turnTo(choiceParts(app, workflow, (work) => begin(workflow, work), back));
    else begin(workflow, choicesOf(device.held, workflow)[0].work);
  };
  const choose = async (workflow) => {
    if (!runner.session) take(workflow);
    else if (runner.prompt.state === "ended") {
      await runner.leave();
      take(workflow);
    } else turnTo(unfinished(app, () => runner.leave().then(() => take(workflow)), back));
  };
  const tiles = () => {
    const is_road = device.kept.place === "road";
    const name = runner.session ? t(`app.workflow.${runner.session.workflow}`) : "";
    return [
      h("h1", {}, t("app.work.title")),
      name ? h("a.button.big.resume", { href: "#scan" }, t("app.work.resume", { name })) : null,
      is_road ? h("a.button.big", { id: "to-road", href: "#road" }, t("app.screen.road")) : null,
      h("ul.tiles", {}, worksOf(is_road ? "courier" : "").map((each) => h("li", {}, tile(each, waiting(device.held, each), choose)))),
      h(
        "button.plain",
        { id: "place", onclick: () => device.keep({ place: is_road ? "" : "road" }).then(() => app.draw()) },
        t(is_road ? "app.work.floor" : "app.work.road"),
      ),
    ];
  };
  back();
  const stop = device.onChange(() => {
    if (box.querySelector(".tiles")) replace(box, tiles());
  });
  return { body: box, leave: stop };
}

const tile = (name, count, choose) =>
  h(
    "button.tile",
    { id: `work-${name}`, onclick: () => choose(name) },
    h("span.name", {}, t(`app.workflow.${name}`)),
    count ? h("span.count", {}, h("span.hidden", {}, t("app.work.waiting", { count })), h("span", { "aria-hidden": "true" }, count)) : null,
  );

/** Other work waits for this one, or for whoever leaves it. */
function unfinished({ runner }, leave, back) {
  const name = t(`app.workflow.${runner.session.workflow}`);
  return [
    h("h1", { tabindex: "-1" }, t("app.work.unfinished", { name })),
    h("p", {}, t("app.work.unfinished_text")),
    h("a.button.big", { href: "#scan" }, t("app.work.resume", { name })),
    h("button", { id: "leave-work", onclick: leave }, t("app.work.leave", { name })),
    h("button.plain", { id: "back", onclick: back }, t("app.back")),
  ];
}

/** Ask for the lease of a package; without an answer the work goes on, as the floor does. */
async function claim(app, work) {
  const { device } = app;
  if (!navigator.onLine || !device.kept.session) return;
  await device.write([{ kind: "claim", work: work.package }]);
  const told = async () => {
    await device.sync();
    // A talk that was on its way already may have left before the claim was written.
    if (device.outbox.pending) await device.sync();
  };
  // An answer that got lost on its way is asked for again: then the documents tell of it.
  const asked = device.patiently(told, AGAIN_MS_MAX).catch(() => null);
  await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, LEASE_MS_MAX))]);
}
