/**
 * A person says who they are: badge by a scan or typed, then the PIN.
 *
 * Where there is no network, whoever signed in on this device before may sign in again. Work at hand
 * goes on at the very step, in the name of who signed in now.
 */
import { Doubt } from "../../device/calls.js";
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { signal } from "../sounds.js";
import { languageButtons } from "./menu.js";

const PATIENCE_MS = 6_000;
const TOO_MANY = 429;
const PREFIX = /^STAFF-/;

export function signInScreen(app) {
  const { device, runner } = app;
  const said = h("p.said", { role: "alert" });
  const badge = h("input", {
    ...{ id: "badge", autocomplete: "username", autocapitalize: "characters", required: true, maxlength: "60" },
    ...{ value: device.kept.person ?? "", "data-scan": true },
  });
  const pin = h("input", {
    ...{ id: "pin", type: "password", inputmode: "numeric", autocomplete: "current-password", required: true, maxlength: "60" },
  });
  const button = h("button.big", { type: "submit" }, t("app.sign_in.go"));
  const scanned = (text) => {
    badge.value = text.trim().slice(0, 60);
    signal("ok");
    pin.focus();
  };
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    said.textContent = "";
    try {
      await signInBy(device, badge.value.trim(), pin.value);
      await runner.handTo(device.kept.grant);
      app.keeper.soon(0);
      app.go(runner.session ? "scan" : "work");
    } catch (problem) {
      signal("error");
      said.textContent = t(TEXTS[problem.code] ?? "app.problem.other", { code: problem.code ?? problem.name });
      pin.value = "";
      pin.focus();
    }
    button.disabled = false;
  };
  const body = [
    h("h1", {}, t(device.kept.grant ? "app.sign_in.again" : "app.sign_in.title")),
    h("p", {}, t(runner.session ? "app.sign_in.step_kept" : "app.sign_in.text")),
    h(
      "form",
      { onsubmit: submit },
      h("label", { for: "badge" }, t("app.sign_in.badge")),
      badge,
      h("label", { for: "pin" }, t("app.sign_in.pin")),
      pin,
      said,
      button,
    ),
    languageButtons(app),
  ];
  const leave = app.hear({ scanned, keyed: scanned });
  return { body, leave };
}

/** Sign in by a badge: it says the person's code as it is, or after `STAFF-`. */
async function signInBy(device, badge, pin) {
  const [first, ...others] = [...new Set([badge, badge.replace(PREFIX, "")])];
  try {
    await signIn(device, first, pin);
  } catch (problem) {
    if (!others.length || !NOBODY.includes(problem.code)) throw problem;
    await signIn(device, others[0], pin);
  }
}

/** Sign in by the server; where it can't be reached, by what this device knows. */
async function signIn(device, person, pin) {
  try {
    // A device that can check the PIN itself, or knows that there is no network, waits for none.
    const is_hasty = !navigator.onLine || Boolean(device.kept.pins?.[person]);
    await device.patiently(() => device.signIn(person, pin), is_hasty ? 0 : PATIENCE_MS);
  } catch (problem) {
    if (!isAway(problem)) throw problem;
    await device.signInAlone(person, pin);
  }
}

/** Whether no server of ours answered: no network, a portal's page, a fault. */
const isAway = (problem) => problem instanceof Doubt && problem.status !== TOO_MANY;

/** What is said of a code that is nobody's, as of a wrong PIN. */
const NOBODY = ["sign_in.wrong", "sign_in.offline"];

const TEXTS = {
  "sign_in.wrong": "app.sign_in.wrong",
  "sign_in.offline": "app.sign_in.offline",
  locked: "app.sign_in.locked",
  forbidden: "app.sign_in.forbidden",
  unreachable: "app.sign_in.offline",
};
