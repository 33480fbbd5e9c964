/** Who works here, on what device, in which language; and how to leave. */
import { h } from "../../dom.js";
import { LANGUAGES, spoken, t } from "../../say.js";
import { signal } from "../sounds.js";

export function menuScreen(app) {
  const { device } = app;
  const { kept, outbox, replica, held } = device;
  const signOut = async () => {
    await app.runner.rest();
    await device.signOut();
    app.go("work");
  };
  const rows = [
    ["app.menu.device", `${kept.device} ${kept.name ?? ""}`],
    ["app.menu.site", kept.site],
    ["app.menu.person", kept.person || "–"],
    ["app.menu.stream", `${outbox.epoch}/${outbox.tail.seq}`],
    ["app.menu.documents", held.size],
    ["app.menu.alarms", replica.alarms],
    ["app.menu.problem", device.problem || "–"],
    ["app.menu.storage", t(app.storage.is_safe ? "app.menu.storage_safe" : "app.menu.storage_unsafe", app.storage)],
    ["app.menu.version", `${device.app} ${device.upgrade}`],
  ];
  const body = [
    h("h1", {}, t("app.screen.menu")),
    h(
      "div.languages",
      { role: "group", "aria-label": t("app.menu.language") },
      Object.entries(LANGUAGES).map(([code, name]) =>
        h("button", { lang: code, "aria-pressed": String(code === spoken()), onclick: () => app.speak(code) }, name),
      ),
    ),
    h("dl", {}, rows.map(([key, value]) => [h("dt", {}, t(key)), h("dd", {}, value ?? "–")])),
    h(
      "div.ways",
      {},
      h("button", { onclick: () => signal("ok") }, t("app.menu.sound")),
      h("button", { onclick: () => app.keeper.soon(0) }, t("app.story.now")),
      kept.grant ? h("button", { id: "sign-out", onclick: signOut }, t("app.menu.sign_out")) : null,
    ),
  ];
  return { body };
}
