/** A device that is nobody becomes one, by the code that a supervisor shows. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { languageButtons } from "./menu.js";

/** The code in the address that a phone's camera read, if there is one. */
const coded = () => new URLSearchParams(globalThis.location.hash.split("?")[1] ?? "").get("code") ?? "";

export function enrolScreen(app) {
  const said = h("p.said", { role: "alert" });
  const code = h("input", {
    ...{ id: "code", name: "code", autocomplete: "off", autocapitalize: "characters", required: true },
    ...{ value: coded(), "aria-describedby": "code-help", maxlength: "64" },
  });
  const name = h("input", { id: "name", name: "name", autocomplete: "off", maxlength: "60" });
  const button = h("button.big", { type: "submit" }, t("app.enrol.go"));
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const typed = code.value.trim().replace(/^ENROL-/i, "");
      await app.device.patiently(() => app.device.enrol(typed, { name: name.value.trim() }), 10_000);
      app.go("work");
    } catch (problem) {
      said.textContent = t(problemText(problem.code), { code: problem.code });
      button.disabled = false;
    }
  };
  const body = [
    h("h1", {}, t("app.enrol.title")),
    h("p", { id: "code-help" }, t("app.enrol.text")),
    h(
      "form",
      { onsubmit: submit },
      h("label", { for: "code" }, t("app.enrol.code")),
      code,
      h("label", { for: "name" }, t("app.enrol.name")),
      name,
      said,
      button,
    ),
    languageButtons(app),
  ];
  return { body };
}

const problemText = (code) =>
  ({
    "enrolment.unknown_code": "app.enrol.unknown",
    "enrolment.refused": "app.enrol.refused",
    unreachable: "app.problem.unreachable",
  })[code] ?? "app.problem.other";
