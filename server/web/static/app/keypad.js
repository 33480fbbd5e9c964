/** A number with a thumb in a glove: digits, or one more by holding. */
import { h } from "../dom.js";
import { t } from "../say.js";

/** How a number is told that counts units. */
const UNITS = { digits_max: 7, said: (text) => text };
const HOLD_FIRST_MS = 450;
const HOLD_MS = 110;

/**
 * @param {number} shown The quantity that stands on the screen.
 * @param {(quantity: number) => void} settle
 * @param {{digits_max: number, said: (digits: string) => string}} how Its digits, and what they say.
 */
export function keypad(shown, settle, { digits_max, said } = UNITS) {
  let text = "";
  const output = h("output.keyed", { "aria-live": "polite" }, "");
  const show = () => {
    output.textContent = said(text);
  };
  const press = (digit) => {
    if (text.length < digits_max) text += digit;
    show();
  };
  const more = (step) => {
    text = String(Math.max(1, Number(text || shown) + step));
    show();
  };
  const key = (id, label, onclick, name) => h(`button.key.${id}`, { id: `key-${id}`, type: "button", "aria-label": name, onclick }, label);
  const digit = (each) => key(each, each, () => press(each));
  const clear = () => {
    text = "";
    show();
  };
  return h(
    "div.keypad",
    { role: "group", "aria-label": t("app.scan.keypad") },
    h(
      "div.keys",
      {},
      [..."123"].map(digit),
      held("less", "−", () => more(-1), t("app.scan.less")),
      [..."456"].map(digit),
      held("more", "+", () => more(1), t("app.scan.more")),
      [..."789"].map(digit),
      key("clear", "⌫", clear, t("app.scan.clear")),
      output,
      digit("0"),
      key("set", "✓", () => text && settle(Number(text)), t("app.scan.set")),
    ),
  );
}

/** A button that goes on while it is held. */
function held(id, label, act, name) {
  let timer = 0;
  const stop = () => clearTimeout(timer);
  const start = () => {
    act();
    const again = () => {
      act();
      timer = setTimeout(again, HOLD_MS);
    };
    timer = setTimeout(again, HOLD_FIRST_MS);
  };
  const keys = (event) => ["Enter", " "].includes(event.key) && (event.preventDefault(), act());
  const given = { id: `key-${id}`, type: "button", "aria-label": name };
  const heard = { onpointerdown: start, onpointerup: stop, onpointerleave: stop, onpointercancel: stop, onkeydown: keys };
  return h("button.key", { ...given, ...heard }, label);
}
