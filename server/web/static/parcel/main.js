/** The page of one order, for who waits for it: its link says which, nobody signs in. */
import { h, replace } from "../dom.js";
import { LANGUAGES, moment, setLanguages, speak, spoken, t } from "../say.js";
import { askParts, problemText } from "./asks.js";
import { ask } from "./calls.js";
import { saidParts, wayParts } from "./way.js";

const FRESH_MS = 60_000;
const GONE = ["link.invalid", "link.expired", "link.withdrawn"];

/** What is shown: the way is read anew by and by, forms stay as they are while somebody fills them. */
class ParcelPage {
  #order = null;
  #shown = "";

  constructor(root) {
    this.bar = h("header.bar");
    this.way = h("section", { "aria-live": "polite" });
    this.thanks = h("p.thanks", { role: "status" });
    this.asks = h("section");
    this.said = h("section");
    this.end = h("p.quiet");
    this.main = h("main.screen", { id: "screen", tabindex: "-1" });
    replace(root, this.bar, this.main);
  }

  /** Read the order and show it, or say why not. */
  async read() {
    try {
      this.#order = await ask("order");
    } catch (problem) {
      if (GONE.includes(problem.code)) this.drawGone(problem.code.slice(5));
      else if (!this.#order) this.drawProblem(problem);
      return;
    }
    this.again = null;
    this.draw();
  }

  /** Show everything, in the language that is spoken. */
  draw() {
    const order = this.#order;
    this.drawBar();
    document.title = t("parcel.title");
    if (!order) return;
    const parts = [this.way, this.thanks, this.asks, this.said, this.end];
    if (!this.main.contains(this.way)) replace(this.main, ...parts);
    const shown = JSON.stringify([spoken(), order]);
    // What is the same is not read out again.
    if (shown === this.#shown) return;
    this.#shown = shown;
    replace(this.way, wayParts(order));
    replace(this.said, saidParts(order));
    replace(this.end, t("parcel.until", { at: moment(Date.parse(order.expires), { dateStyle: "long" }) }));
    // Whoever is filling a form is not disturbed; what came too late is answered so.
    const heard = (...told) => this.heard(...told);
    if (!this.asks.querySelector("details[open]")) replace(this.asks, askParts(order, heard));
  }

  /** Thank for what was said, and show what has become of it. */
  async heard(about, told) {
    this.thanks.textContent = t(`parcel.done.${about}`, { number: told.grant?.return });
    replace(this.asks);
    this.#shown = "";
    await this.read();
    this.thanks.scrollIntoView({ block: "center" });
  }

  drawBar() {
    const choose = (event) => {
      speak(event.target.value);
      this.thanks.textContent = "";
      const open = [...this.asks.querySelectorAll("details[open]")].map((each) => each.id);
      replace(this.asks);
      this.#shown = "";
      if (this.again) this.again();
      this.draw();
      for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    };
    const languages = Object.entries(LANGUAGES).map(([code, label]) =>
      h("option", { value: code, lang: code, selected: code === spoken() }, label));
    const language = { id: "language", "aria-label": t("parcel.language"), onchange: choose };
    const sender = this.#order?.sender || "Totebook";
    replace(this.bar, h("strong.brand", {}, sender), h("select.language", language, languages));
  }

  /** A link that opens nothing: what is known of it, and who can give another. */
  drawGone(why) {
    this.#order = null;
    this.again = () => this.drawGone(why);
    this.#show(h("h1", {}, t(`parcel.gone.${why}`)), h("p", {}, t(`parcel.gone.${why}.text`)));
  }

  drawProblem(problem) {
    this.again = () => this.drawProblem(problem);
    const again = h("button.big", { onclick: () => this.read() }, t("parcel.again"));
    this.#show(h("h1", {}, t("parcel.title")), h("p.said", { role: "alert" }, problemText(problem)), again);
  }

  #show(...parts) {
    this.#shown = "";
    this.drawBar();
    document.title = t("parcel.title");
    replace(this.main, ...parts);
  }
}

async function main() {
  const texts = await (await fetch("/app/parcel.json", { credentials: "omit" })).json();
  setLanguages(texts);
  speak(navigator.language);
  const page = new ParcelPage(document.getElementById("parcel"));
  await page.read();
  // Another link in the same tab is another order.
  globalThis.addEventListener("hashchange", () => globalThis.location.reload());
  setInterval(() => document.visibilityState === "visible" && page.read(), FRESH_MS);
}

main();
