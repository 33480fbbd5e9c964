/** Who works here, on what device, in which language; and how to leave. */
import { h } from "../../dom.js";
import { LANGUAGES, shortId, spoken, t } from "../../say.js";
import { signal } from "../sounds.js";

/** The languages to choose from. */
export const languageButtons = (app) =>
  h(
    "div.languages",
    { role: "group", "aria-label": t("app.menu.language") },
    Object.entries(LANGUAGES).map(([code, name]) =>
      h("button", { type: "button", lang: code, "aria-pressed": String(code === spoken()), onclick: () => app.speak(code) }, name),
    ),
  );

export function menuScreen(app) {
  const { device } = app;
  const { kept, outbox, replica, held } = device;
  const signOut = async () => {
    await app.runner.rest();
    await device.signOut();
    app.go("work");
  };
  const rows = [
    ["app.menu.device", kept.name || shortId(kept.device)],
    ["app.menu.site", kept.site],
    ["app.menu.person", kept.person || "–"],
    ["app.menu.storage", t(app.storage.is_safe ? "app.menu.storage_safe" : "app.menu.storage_unsafe", app.storage)],
    ["app.menu.version", `${device.app} ${device.upgrade}`],
  ];
  const more = [
    ["app.menu.stream", `${kept.device}/${outbox.epoch}/${outbox.tail.seq}`],
    ["app.menu.documents", held.size],
    ["app.menu.alarms", replica.alarms],
    ["app.menu.problem", device.problem || "–"],
  ];
  const facts = (pairs) => h("dl", {}, pairs.map(([key, value]) => [h("dt", {}, t(key)), h("dd", {}, value ?? "–")]));
  const body = [
    h("h1", {}, t("app.screen.menu")),
    languageButtons(app),
    facts(rows),
    h(
      "div.ways",
      {},
      h("button", { onclick: () => signal("ok") }, t("app.menu.sound")),
      h("button", { onclick: () => app.keeper.soon(0) }, t("app.story.now")),
      kept.grant ? h("button", { id: "sign-out", onclick: signOut }, t("app.menu.sign_out")) : null,
    ),
    h("details", {}, h("summary", {}, t("app.menu.more")), facts(more)),
  ];
  return { body };
}
