/** Pictures: bars as svg beside their names and figures, which are text and so grow and are read. */
import { h, svg } from "../../dom.js";
import { percentText, t } from "../../say.js";

/** Room for what an axis says, and how many names stand below columns. */
const AXIS = 18;
const NAMES_MAX = 10;

/**
 * Bars below each other, each of parts.
 * @param {string} label
 * @param {{name: string|Node, parts: {tone: string, count: number, text: string}[], note?: string}[]} rows
 * @param {{tone: string, text: string}[]} [legend]
 */
export function bars(label, rows, legend = []) {
  const sums = rows.map(({ parts }) => parts.reduce((sum, { count }) => sum + count, 0));
  const longest = Math.max(1, ...sums);
  const line = ({ name, parts, note }, place) =>
    h("li", {}, h("span.name", {}, name), bar(parts, longest),
      h("span.count", {}, String(sums[place]), note ? h("small", {}, ` ${note}`) : null));
  return h("figure.chart", {}, h("figcaption", {}, label), legendOf(legend), h("ul", {}, rows.map(line)));
}

function bar(parts, longest) {
  let at = 0;
  const drawn = parts.filter(({ count }) => count > 0).map(({ tone, count, text }) => {
    const width = (100 * count) / longest;
    const part = svg("rect", { x: at, y: 0, width, height: 10, class: `tone-${tone}` },
      svg("title", {}, text));
    at += width;
    return part;
  });
  const said = parts.filter(({ count }) => count > 0).map(({ text }) => text).join(", ")
    || t("desk.floor.none");
  return svg("svg",
    { class: "beam", viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": said },
      drawn);
}

function legendOf(legend) {
  if (!legend.length) return null;
  const mark = (tone) => svg("svg", { viewBox: "0 0 10 10", class: "mark-tone", "aria-hidden": "true" },
    svg("rect", { width: 10, height: 10, class: `tone-${tone}` }));
  return h("p.legend", {}, legend.map(({ tone, text }) => h("span", {}, mark(tone), text)));
}

/** How far something has come. */
export function progress(done, whole) {
  const percent = whole ? Math.round((100 * done) / whole) : 100;
  return svg("svg",
    { class: "beam", viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img",
      "aria-label": percentText(percent / 100) },
    svg("rect", { width: 100, height: 10, class: "tone-rest" }),
      svg("rect", { width: percent, height: 10, class: "tone-done" }));
}

/**
 * Shares of a hundred as columns, for instance day by day.
 * @param {string} label
 * @param {{name: string, shares: (number|null)[], text: string}[]} rows
 * @param {{tone: string, text: string}[]} legend One a share.
 */
export function columns(label, rows, legend) {
  const width = AXIS + 24 * Math.max(6, rows.length);
  const grid = [0, 25, 50, 75, 100].map((share) => [
    svg("line", { x1: AXIS, x2: width, y1: 100 - share, y2: 100 - share, class: "grid" }),
    share % 50 ? null
      : svg("text", { x: AXIS - 2, y: 102 - share, class: "axis", "text-anchor": "end" }, percentText(share / 100)),
  ]);
  const step = Math.ceil(rows.length / NAMES_MAX);
  const names = rows.map(({ name }, place) => (place % step ? null
    : svg("text", { x: AXIS + 24 * place + 12, y: 109, class: "axis", "text-anchor": "middle" }, name)));
  const drawn = rows.map(({ shares, text }, place) =>
    shares.map((share, number) => share === null ? null : svg("rect", {
      ...{ x: AXIS + 24 * place + 3 + 9 * number, y: 100 - share, width: 8, height: share },
      class: `tone-${legend[number].tone}`,
    }, svg("title", {}, text))));
  const said = rows.map(({ text }) => text).join("; ") || t("desk.floor.none");
  return h("figure.chart", {}, h("figcaption", {}, label), legendOf(legend),
    svg("svg",
      { class: "columns", viewBox: `0 -4 ${width} 116`, preserveAspectRatio: "xMinYMid", role: "img",
        "aria-label": said }, grid, drawn, names));
}
