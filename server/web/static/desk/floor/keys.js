/** Keys of a section: one letter each, told by `?`, and turned off by who needs letters otherwise. */
import { h } from "../../dom.js";
import { t } from "../../say.js";

const OFF = "totebook-keys-off";
const TYPING = "input:not([type=checkbox]), textarea, select, dialog";

/** The keys of a place; `add` names them before `begin` listens. */
export function keysOf(place) {
  const known = new Map();
  const keys = {
    add: (key, text, run) => known.set(key, { text, run }),
    begin: () => place.on(document, "keydown", pressed),
    help: () => showHelp(known),
  };
  const pressed = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat && !"jk".includes(event.key)) return;
    if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
    const found = known.get(event.key);
    if (!found || (localStorage.getItem(OFF) && event.key !== "?")) return;
    event.preventDefault();
    found.run();
  };
  keys.add("?", "desk.floor.key.help", keys.help);
  keys.add("/", "desk.floor.key.search", () => place.desk.go("search"));
  return keys;
}

/** A button for who does not know the keys yet. */
export const keysButton = (place) =>
  h("button.plain", { type: "button", onclick: place.keys.help }, t("desk.floor.keys"));

function showHelp(known) {
  const opener = document.activeElement;
  const toggle = (event) => {
    if (event.target.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  };
  const rows = [...known].map(([key, { text }]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, t(text))]);
  const close = () => dialog.close();
  const dialog = h(
    "dialog",
    { "aria-labelledby": "keys-title" },
    h("h2", { id: "keys-title" }, t("desk.floor.keys")),
    h("dl", {}, rows),
    h("label.check", {},
      h("input", { type: "checkbox", checked: !localStorage.getItem(OFF), onchange: toggle }),
      t("desk.floor.keys_on")),
    h("div.ways", {}, h("button", { type: "button", onclick: close }, t("desk.floor.close"))),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    opener?.focus?.();
  });
  document.body.append(dialog);
  dialog.showModal();
}
