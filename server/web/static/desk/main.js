/** Pages for who looks and decides: supervisors at a desk, merchants on a phone. */
import { h, replace } from "../dom.js";
import { LANGUAGES, setLanguages, speak, spoken, t } from "../say.js";
import { ask } from "./calls.js";
import { FLOOR } from "./floor/sections.js";
import { SHOP } from "./shop/sections.js";
import { signInForm } from "./sign_in.js";

const SECTIONS = { supervisor: FLOOR, admin: FLOOR, merchant: SHOP };

const SAID_MS = 8_000;

/** A word of an address; one that somebody typed and that can't be read is taken as it is. */
function decoded(word) {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

/** One open page. */
class Desk {
  #leave = () => {};

  constructor(root) {
    this.person = null;
    this.bar = h("header.bar");
    this.main = h("main.screen.desk", { id: "screen", tabindex: "-1" });
    this.said = h("div.toast", { role: "status", "aria-live": "polite" });
    // The address is the section's, so skipping to the work must not change it.
    const skip = (event) => {
      event.preventDefault();
      this.main.focus();
    };
    replace(root, h("a.skip", { href: "#screen", onclick: skip }, t("app.skip")), this.bar, this.main, this.said);
    globalThis.addEventListener("hashchange", () => this.draw());
    globalThis.addEventListener("resize", () => this.#reveal());
  }

  /** What this person may see. */
  get sections() {
    return SECTIONS[this.person?.role] ?? [];
  }

  /** The words of the address behind the section's name: `#search/TOTE-1` has `["TOTE-1"]`. */
  get words() {
    return globalThis.location.hash.slice(1).split("/").slice(1).map(decoded);
  }

  go(...words) {
    const target = `#${words.map(encodeURIComponent).join("/")}`;
    if (globalThis.location.hash === target) this.draw();
    else globalThis.location.hash = target;
  }

  /** Say in passing what was done or went wrong. */
  say(text, tone = "ok") {
    this.said.className = `toast ${tone}`;
    this.said.textContent = text;
    clearTimeout(this.hush);
    const end = () => {
      this.said.textContent = "";
    };
    // What went wrong stays until something else is said.
    if (tone === "ok") this.hush = setTimeout(end, SAID_MS);
  }

  /** Do something that may fail, and say so. */
  async attempt(work, done = "") {
    try {
      const told = await work();
      if (done) this.say(done);
      return told;
    } catch (problem) {
      if (problem.status === 401) this.signedOut();
      else this.say(problem.message, "error");
      return undefined;
    }
  }

  signedIn(person) {
    this.person = person;
    this.draw();
  }

  signedOut() {
    this.person = null;
    this.draw();
  }

  draw() {
    this.#leave();
    this.#leave = () => {};
    const name = globalThis.location.hash.slice(1).split("/")[0];
    const section = this.sections.find((each) => each.name === name) ?? this.sections[0];
    this.drawBar(section);
    if (!section) {
      document.title = "Totebook";
      replace(this.main, signInForm(this));
      return;
    }
    document.title = `${t(section.title)} · Totebook`;
    const { body, leave = () => {} } = section.draw(this);
    replace(this.main, body);
    this.#reveal();
    this.#leave = leave;
  }

  /** Have the section that is open in sight where the bar is longer than the screen is wide. */
  #reveal() {
    this.bar.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }

  drawBar(current) {
    const link = (section) =>
      h("a", {
        ...{ id: `section-${section.name}`, href: `#${section.name}` },
        "aria-current": section === current ? "page" : null,
      }, t(section.title));
    const signOut = async () => {
      await ask("/app/session", { method: "DELETE" }).catch(() => null);
      this.signedOut();
    };
    const choose = (event) => {
      speak(event.target.value);
      localStorage.setItem("totebook-language", spoken());
      this.draw();
    };
    const languages = Object.entries(LANGUAGES).map(([code, label]) => h("option", { value: code, lang: code, selected: code === spoken() }, label));
    replace(
      this.bar,
      h("strong.brand", {}, "Totebook"),
      this.person ? h("nav.sections", { "aria-label": t("desk.sections") }, this.sections.map(link)) : null,
      h("span.end", {}, h("select.language", { "aria-label": t("app.menu.language"), onchange: choose }, languages),
        this.person ? h("button.pill.who", { onclick: signOut }, t("desk.sign_out", { name: this.person.code })) : null),
    );
  }
}

async function main() {
  setLanguages(await (await fetch("/app/desk.json")).json());
  speak(localStorage.getItem("totebook-language") ?? navigator.language);
  const desk = new Desk(document.getElementById("app"));
  desk.person = await ask("/app/session").catch(() => null);
  desk.draw();
}

main();
