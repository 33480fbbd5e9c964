/** Signing in at a desk or on a merchant's phone. */
import { h } from "../dom.js";
import { t } from "../say.js";
import { ask } from "./calls.js";

/** @param {Object} desk */
export function signInForm(desk) {
  const said = h("p.said", { role: "alert" });
  const person = h("input", { id: "person", autocomplete: "username", required: true, maxlength: "60" });
  const password = h("input", { id: "password", type: "password", autocomplete: "current-password", required: true, maxlength: "200" });
  const button = h("button.big", { type: "submit" }, t("app.sign_in.go"));
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const body = { person: person.value.trim(), password: password.value };
      desk.signedIn(await ask("/app/session", { method: "POST", body }));
    } catch (problem) {
      said.textContent = problem.message || t("app.problem.unreachable");
      password.value = "";
      button.disabled = false;
    }
  };
  return [
    h("h1", {}, t("app.screen.sign_in")),
    h(
      "form.sign-in",
      { onsubmit: submit },
      h("label", { for: "person" }, t("desk.person")),
      person,
      h("label", { for: "password" }, t("desk.password")),
      password,
      said,
      button,
    ),
  ];
}
