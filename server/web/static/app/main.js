/** The app of operators and couriers: from a device that is nobody to a shift of scans. */
import { today } from "../days.js";
import { openStore } from "../device/store.js";
import { Device } from "../device/device.js";
import { h, replace } from "../dom.js";
import { setForms } from "../scanning/elements.js";
import { setLanguages, speak, spoken, t } from "../say.js";
import { setShapes } from "../workflow/emitting.js";
import { Keeper } from "./keeper.js";
import { become, takeOver } from "./only.js";
import { Runner } from "./runner.js";
import { barOf } from "./bar.js";
import { Doors } from "./road/doors.js";
import { roadScreen } from "./road/screen.js";
import { enrolScreen } from "./screens/enrol.js";
import { signInScreen } from "./screens/sign_in.js";
import { scanScreen } from "./screens/scan.js";
import { storyScreen } from "./screens/story.js";
import { workScreen } from "./screens/work.js";
import { menuScreen } from "./screens/menu.js";
import { Wedge } from "./wedge.js";

const SCREENS = { work: workScreen, scan: scanScreen, story: storyScreen, menu: menuScreen, road: roadScreen };
const TITLE = "Totebook";
/** Browsers look for a newer version when a page is opened; this one stays open for days. */
const NEWER_MS = 3_600_000;
/** How long a scan waits for the screen that it is for. */
const EARLY_MS_MAX = 3_000;

/** One open page. */
class App {
  #leave = null;
  #name = "";
  #is_away = false;
  #ears = null;
  #early = [];

  constructor(root, knowledge) {
    Object.assign(this, { root, knowledge, device: null, keeper: null, runner: null });
    Object.assign(this, { update: null, storage: { is_safe: false, percent: 0 } });
    this.bar = h("header.bar", { id: "bar" });
    this.main = h("main.screen", { id: "screen", tabindex: "-1" });
    this.status = h("div.hidden", { role: "status", "aria-live": "assertive", id: "said" });
    replace(root, h("a.skip", { href: "#screen" }, t("app.skip")), this.bar, this.main, this.status);
  }

  /**
   * Be given what readers type, until the answer is called.
   * @param {{scanned: Function, keyed: Function, typed?: Function}} ears
   * @param {boolean} with_early Also what was scanned while this screen was on its way.
   */
  hear(ears, with_early = false) {
    this.#ears = ears;
    const now = performance.now();
    for (const { at, told } of this.#early.splice(0)) if (with_early && now - at < EARLY_MS_MAX) told(ears);
    return () => {
      if (this.#ears === ears) this.#ears = null;
    };
  }

  #listen() {
    const tell = (told) => (this.#ears ? told(this.#ears) : this.#early.push({ at: performance.now(), told }));
    const wedge = new Wedge({
      scanned: (...scan) => tell((ears) => ears.scanned(...scan)),
      keyed: (text) => tell((ears) => ears.keyed(text)),
      typed: (text) => this.#ears?.typed?.(text),
    });
    wedge.listen();
  }

  /** Open the device of this browser, unless another page is it. */
  async start() {
    const is_device = await become(() => this.handOver());
    if (is_device) await this.open();
    else this.elsewhere();
  }

  async open() {
    const store = await openStore();
    this.device = await new Device(store).open();
    speak(this.device.kept.language ?? navigator.language);
    this.runner = new Runner(this.device, this.knowledge.workflows, today);
    this.keeper = new Keeper(this.device);
    this.doors = new Doors(this.device);
    this.device.onChange(() => this.drawBar());
    globalThis.addEventListener("hashchange", () => this.draw());
    this.storage = await kept();
    watchBattery(this.device);
    this.keeper.start();
    this.#listen();
    this.draw();
    this.device.onChange(() => this.follow());
    this.device.onChange(() => this.doors.follow());
  }

  /** Draw anew where another screen is due: the device was wiped, or somebody else signed in. */
  follow() {
    if (this.#name && !this.#is_away && this.screenName() !== this.#name) this.draw();
  }

  /** Finish what is begun and let another page be the device. */
  async handOver() {
    this.keeper.stop();
    await this.runner.rest();
    await this.device.outbox.alone(async () => this.device.store.close());
    this.elsewhere();
  }

  /** Say that another page is the device, and offer to take over. */
  elsewhere() {
    this.#is_away = true;
    this.#leave?.();
    this.#leave = null;
    replace(this.bar);
    const take = async () => {
      await takeOver(() => this.handOver());
      globalThis.location.reload();
    };
    replace(
      this.main,
      h("h1", {}, t("app.elsewhere.title")),
      h("p", {}, t("app.elsewhere.text")),
      h("button.big", { onclick: take }, t("app.elsewhere.take")),
    );
  }

  /** Go to a screen. */
  go(name) {
    if (globalThis.location.hash === `#${name}`) this.draw();
    else globalThis.location.hash = name;
  }

  /** Speak another language. */
  async speak(language) {
    speak(language);
    await this.device.keep({ language: spoken() });
    this.draw();
  }

  /** Say something to who can't see the screen. */
  announce(text) {
    this.status.textContent = "";
    this.status.textContent = text;
  }

  draw() {
    if (this.#is_away) return;
    const name = this.screenName();
    this.#leave?.();
    this.drawBar();
    const made = { enrol: enrolScreen, sign_in: signInScreen, ...SCREENS }[name];
    const { body, leave = () => {}, title = t(`app.screen.${name}`) } = made(this);
    document.title = `${title} · ${TITLE}`;
    this.main.className = `screen ${name}`;
    replace(this.main, body);
    if (this.#name && this.#name !== name) {
      this.main.focus({ preventScroll: true });
      globalThis.scrollTo(0, 0);
    }
    this.#name = name;
    this.#leave = leave;
  }

  drawBar() {
    if (this.#is_away) return;
    replace(this.bar, barOf(this));
  }

  /** Which screen is due: who is nobody enrols, who is not signed in does that first. */
  screenName() {
    const wanted = globalThis.location.hash.slice(1).split("?")[0];
    if (!this.device.is_enrolled) return "enrol";
    if (wanted === "story" || wanted === "menu") return wanted;
    if (!this.device.kept.grant || wanted === "sign_in") return "sign_in";
    if (wanted === "road") return "road";
    if (wanted === "scan" || (!wanted && this.runner.session)) return this.runner.session ? "scan" : "work";
    return "work";
  }
}

/** Ask the browser not to throw away what is kept; tell whether it agreed, and how full it is. */
async function kept() {
  const { storage } = navigator;
  const is_safe = await storage?.persist?.();
  const { usage = 0, quota = 0 } = (await storage?.estimate?.()) ?? {};
  return { is_safe: Boolean(is_safe), percent: quota ? Math.round((100 * usage) / quota) : 0 };
}

async function watchBattery(device) {
  const battery = await navigator.getBattery?.();
  if (!battery) return;
  const note = () => {
    device.battery = Math.round(100 * battery.level);
    device.changed();
  };
  battery.addEventListener("levelchange", note);
  note();
}

/** Keep the files of the app, so that it starts without a network; say when there are newer ones. */
async function keepFiles(app) {
  if (!navigator.serviceWorker) return;
  const policy = globalThis.trustedTypes?.createPolicy("totebook", { createScriptURL: (url) => url });
  const address = "/app/worker.js";
  const registration = await navigator.serviceWorker.register(policy?.createScriptURL(address) ?? address);
  const ready = () => {
    if (!registration.waiting || !navigator.serviceWorker.controller) return;
    app.update = () => registration.waiting.postMessage("take over");
    app.drawBar();
  };
  setInterval(() => navigator.onLine && registration.update().catch(() => {}), NEWER_MS);
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", ready));
  let is_reloading = false;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!app.update || is_reloading) return;
    is_reloading = true;
    globalThis.location.reload();
  });
  ready();
}

/** Begin. */
async function main() {
  const response = await fetch("/app/knowledge.json");
  const knowledge = await response.json();
  setForms(knowledge.forms);
  setShapes(knowledge);
  setLanguages(knowledge.pages, knowledge.texts);
  speak(navigator.language);
  const root = document.getElementById("app");
  if (!globalThis.isSecureContext || !globalThis.crypto?.subtle) {
    replace(root, h("main.screen", {}, h("h1", {}, t("app.insecure.title")), h("p", {}, t("app.insecure.text"))));
    return;
  }
  const app = new App(root, knowledge);
  globalThis.totebook = app;
  await app.start();
  if (app.device) await keepFiles(app);
}

main();
