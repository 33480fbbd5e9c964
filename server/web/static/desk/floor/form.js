/** Forms in a dialog: fields as plain values, what was wrong said where it was asked. */
import { h } from "../../dom.js";
import { t } from "../../say.js";

/**
 * One question of a form.
 * @typedef {Object} Field
 * @property {string} name
 * @property {string} label
 * @property {"text"|"number"|"area"|"select"|"check"|"checks"|"time"} [kind]
 * @property {[*, string][]} [options] Of a select or of checks: values and texts.
 * @property {*} [value]
 * @property {boolean} [required]
 * @property {string} [help]
 */

/** The element of a field, and what it says; an empty one says undefined. @param {Field} field */
export function fieldOf(field) {
  const { name, label, kind = "text", value, required = false, help = "", given = {} } = field;
  const id = `field-${name}`;
  const said = help ? { "aria-describedby": `${id}-help` } : {};
  const note = help ? h("p.quiet", { id: `${id}-help` }, help) : null;
  if (kind === "check") {
    const input = h("input", { type: "checkbox", id, checked: Boolean(value), ...said });
    return { input, row: h("div", {}, h("label.check", { for: id }, input, label), note), say: () =>
      input.checked };
  }
  if (kind === "checks") return checks(field, id);
  let input;
  if (kind === "select") {
    const option = ([code, text]) => h("option", { value: code, selected: code === value }, text);
    input = h("select", { id, required, ...said }, field.options.map(option));
  } else if (kind === "area") {
    input = h("textarea", { id, required, rows: 3, maxlength: 200, value: value ?? "", ...said, ...given });
  } else {
    const typed = { type: kind, step: kind === "number" ? 1 : null, maxlength: kind === "text" ? 200 : null };
    input = h("input",
      { id, required, autocomplete: "off", ...typed, value: value ?? "", ...said, ...given });
  }
  const say = () => {
    const text = input.value.trim();
    if (text === "") return undefined;
    return kind === "number" ? Number(text) : text;
  };
  return { input, row: h("div", {}, h("label", { for: id }, label), input, note), say };
}

function checks({ name, label, options, value = [] }, id) {
  const boxes = options.map(([code, text], number) => {
    const input = h("input", { type: "checkbox", id: `${id}-${number}`, checked: value.includes(code) });
    return { code, input, row: h("label.check", { for: `${id}-${number}` }, input, text) };
  });
  const row = h("fieldset", { id: `field-${name}` }, h("legend", {}, label), boxes.map((box) => box.row));
  const say = () => boxes.filter((box) => box.input.checked).map((box) => box.code);
  return { input: boxes[0]?.input, row, say };
}

/** What a form says, by the names of its fields. */
export const answersOf = (fields, made) =>
  Object.fromEntries(fields.map((field, place) => [field.name, made[place].say()]));

/**
 * Ask in a dialog; `submit` may throw a problem, which is shown, and the dialog stays.
 * @returns {Promise<*>} What `submit` answered; undefined if it was left.
 */
export function askForm(desk,
  { title, intro = [], fields, go = t("desk.floor.do"), danger = false, submit,
  back = t("desk.floor.cancel") }) {
  const opener = document.activeElement;
  const said = h("p.said", { role: "alert" });
  const made = fields.map(fieldOf);
  const button = h(danger ? "button.danger" : "button.done", { type: "submit" }, go);
  return new Promise((resolve) => {
    let answer;
    const cancel = () => dialog.close();
    const send = async (event) => {
      event.preventDefault();
      button.disabled = true;
      said.textContent = "";
      try {
        answer = (await submit(answersOf(fields, made))) ?? null;
        dialog.close();
      } catch (problem) {
        if (problem.status === 401) {
          dialog.close();
          desk.signedOut();
          return;
        }
        said.textContent = problemText(problem);
        button.disabled = false;
      }
    };
    const dialog = h("dialog", { "aria-labelledby": "dialog-title" },
      h("form", { onsubmit: send }, h("h2", { id: "dialog-title" }, title), intro,
        made.map((each) => each.row), said,
        h("div.ways", {}, h("button", { type: "button", onclick: cancel }, back), button)));
    dialog.addEventListener("close", () => {
      dialog.remove();
      const again = opener?.isConnected ? opener : document.getElementById(opener?.id || "none");
      again?.focus?.();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    (made[0]?.input ?? button).focus();
  });
}

/** A problem in words, with the fields that were wrong. */
export function problemText(problem) {
  const parts = (problem.errors ?? []).map((each) =>
    `${each.pointer ?? ""} ${each.detail ?? each.message ?? ""}`.trim());
  return [problem.message || t("app.problem.unreachable"), ...parts].join(" · ");
}
