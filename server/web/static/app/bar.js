/** What is always in sight: what the server does not know yet, the last contact, the battery, who works. */
import { h } from "../dom.js";
import { ago, t } from "../say.js";

const CONTACT_LATE_MS = 120_000;
/** How full the browser's disk may be before that is said. */
const FULL_PERCENT = 90;

const sinceText = (at) => (Date.now() - at < 60_000 ? t("app.bar.now") : ago(at));

/** The parts of the bar. */
export function barOf(app) {
  const { device } = app;
  if (!device?.is_enrolled) return [h("strong.brand", {}, "Totebook")];
  const { outbox, contact, problem, battery, kept } = device;
  const unsent = outbox.pending + device.files.pending;
  const is_late = !contact || Date.now() - contact.at > CONTACT_LATE_MS;
  return [
    h("a.brand", { href: "#work", onclick: () => app.go("work") }, t("app.bar.work")),
    h(
      `a.pill${unsent ? ".wait" : ".fine"}`,
      { href: "#story", "aria-label": t("app.bar.unsent_long", { count: unsent }) },
      h("span", { "aria-hidden": "true" }, unsent ? "⇡" : "✓"),
      t("app.bar.unsent", { count: unsent }),
    ),
    h(
      `span.pill${is_late || problem ? ".wait" : ".fine"}`,
      { title: problem },
      h("span", { "aria-hidden": "true" }, is_late || problem ? "⚠" : "●"),
      h("span.hidden", {}, t("app.bar.contact")),
      contact ? sinceText(contact.at) : t("app.bar.no_contact"),
    ),
    battery === null ? null : h(`span.pill${battery < 15 ? ".bad" : ""}`, {}, t("app.bar.battery", { percent: battery })),
    kept.grant && !kept.session ? h("a.pill.wait", { href: "#sign_in", id: "again" }, t("app.bar.again")) : null,
    app.storage.percent > FULL_PERCENT ? h("span.pill.bad", {}, t("app.bar.full", { percent: app.storage.percent })) : null,
    device.upgrade ? h("span.pill.wait", {}, t("app.bar.old")) : null,
    app.update && !app.runner.session ? h("button.pill", { onclick: app.update }, t("app.bar.update")) : null,
    h("a.pill.who", { href: "#menu" }, kept.person || h("span.hidden", {}, t("app.bar.nobody"))),
  ];
}
