/** A site at which a supervisor looks, as the sections see it: its address, its clock, its end. */
import { h, replace } from "../../dom.js";
import { t } from "../../say.js";
import { ask } from "../calls.js";
import { keysButton, keysOf } from "./keys.js";

const KEPT = "totebook-site";

/** An open section of one site. */
export class Place {
  #ended = [];
  #alive = true;

  /** @param {Object} desk @param {Object} site Its row. @param {Object[]} sites All of them. */
  constructor(desk, site, sites) {
    Object.assign(this, { desk, sites, site: site.site, row: site, base: `/ops/v1/sites/${site.site}` });
    this.keys = keysOf(this);
  }

  /** Whether the section is still shown. */
  get alive() {
    return this.#alive;
  }

  /** Do something now and again while the page is seen; what fails is said once, then tried again. */
  every(seconds, work) {
    let is_told = false;
    const run = async () => {
      if (document.visibilityState === "hidden" || document.querySelector("dialog[open]")) return;
      try {
        await work();
        is_told = false;
      } catch (problem) {
        if (!this.#alive) return;
        if (problem.status === 401) this.desk.signedOut();
        else if (!is_told) this.desk.say(problem.message || t("app.problem.unreachable"), "error");
        is_told = true;
      }
    };
    const timer = setInterval(run, seconds * 1_000);
    this.ended(() => clearInterval(timer));
    return run();
  }

  /** Listen until the section is left. */
  on(target, kind, listener) {
    target.addEventListener(kind, listener);
    this.ended(() => target.removeEventListener(kind, listener));
  }

  /** What to do when the section is left. */
  ended(work) {
    this.#ended.push(work);
  }

  /** Put children into an element, unless the section was left meanwhile. */
  show(element, ...children) {
    if (this.#alive) replace(element, ...children);
  }

  leave() {
    this.#alive = false;
    for (const work of this.#ended) work();
  }
}

/**
 * A section of the bar that looks at one site.
 * @param {string} name
 * @param {(place: Place) => Node[]} build
 */
export function siteSection(name, build) {
  const title = `desk.floor.${name}`;
  return { name, title, draw: (desk) => drawn(desk, title, build) };
}

const known = new WeakMap();

/** The sites, asked for once a sign-in. */
async function sitesOf(person) {
  if (!known.has(person)) known.set(person, await ask("/ops/v1/sites"));
  return known.get(person);
}

function drawn(desk, title, build) {
  const body = h("div", { "aria-busy": "true" }, h("h1", {}, t(title)));
  let place = null;
  let is_left = false;
  const begin = async () => {
    const sites = await desk.attempt(() => sitesOf(desk.person));
    if (!sites || is_left) return;
    body.removeAttribute("aria-busy");
    if (!sites.length) {
      replace(body, h("h1", {}, t(title)), h("p", {}, t("desk.floor.no_site")));
      return;
    }
    const kept = Number(localStorage.getItem(KEPT));
    const site = sites.find((each) => each.site === kept) ?? sites[0];
    place = new Place(desk, site, sites);
    replace(body, h("div.heading", {}, h("h1", {}, t(title)), keysButton(place), chooser(place)),
      build(place));
    place.keys.begin();
  };
  begin();
  const leave = () => {
    is_left = true;
    place?.leave();
  };
  return { body, leave };
}

/** Which site, where there are several. */
function chooser({ desk, sites, site }) {
  if (sites.length < 2) return null;
  const choose = (event) => {
    localStorage.setItem(KEPT, event.target.value);
    desk.draw();
    document.getElementById("site")?.focus();
  };
  const options = sites.map((each) =>
    h("option", { value: each.site, selected: each.site === site }, `${each.code} ${each.name}`));
  return h("label.site", { for: "site" }, t("desk.floor.site"),
    h("select", { id: "site", onchange: choose }, options));
}
