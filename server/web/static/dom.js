/** Elements out of plain values; never markup out of text, so a label may hold anything. */

/**
 * An element.
 * @param {string} name Its tag, with classes behind points: `button.big`.
 * @param {Object} [given] Attributes; `on…` are listeners; what is false, null or undefined is left out.
 * @param {...(Node|string|number|null|false|Array)} children
 * @returns {HTMLElement}
 */
export function h(name, given = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(given)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value") element.value = value;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...shown(children));
  return element;
}

const shown = (children) =>
  children.flat(5).filter((each) => each !== null && each !== undefined && each !== false && each !== "")
    .map((each) => (each instanceof Node ? each : String(each)));

/** Put children in place of what an element holds; the focus stays where an element has the same id. */
export function replace(element, ...children) {
  const { activeElement } = document;
  const focused = element.contains(activeElement) ? activeElement.id : "";
  element.replaceChildren(...shown(children));
  if (focused) document.getElementById(focused)?.focus();
}

const SVG = "http://www.w3.org/2000/svg";

/** An element of a picture. */
export function svg(tag, given = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(given))
    if (value !== null && value !== undefined) element.setAttribute(key, String(value));
  element.append(...shown(children));
  return element;
}
