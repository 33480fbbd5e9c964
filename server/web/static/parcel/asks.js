/** What may be asked: another day or place, receipt, complaint, return; each a form that opens. */
import { h } from "../dom.js";
import { t } from "../say.js";
import { PageProblem, ask, newName, shrunk } from "./calls.js";

const PICTURES = "image/jpeg,image/png,image/webp";
const PICTURES_MAX = 5;
const DAYS_AHEAD_MAX = 60;
const WORDS_MAX = 500;
const DAY_MS = 86_400_000;
const COMPLAINTS = ["damaged", "missing", "wrong", "not_received", "other"];
const RETURNS = ["does_not_fit", "unwanted", "damaged", "wrong", "other"];
const STARS = [1, 2, 3, 4, 5];
const PLACES = ["neighbour", "place", "depot"];
const FORMS = { wish: wishForm, receipt: receiptForm, complaint: complaintForm, return: returnForm };

/**
 * The forms of what an order allows now.
 * @param {Object} order
 * @param {(about: string, told: Object) => void} done What to do once something was heard.
 */
export const askParts = (order, done) =>
  order.may.map((about) =>
    h("details", { id: `ask-${about}` }, h("summary", {}, t(`parcel.${about}`)), FORMS[about](order, done)));

/** A form: what is said keeps its name until it was heard, so that a second try says nothing twice. */
function form(about, path, fields, read, done) {
  const id = newName();
  const said = h("p.said", { role: "alert" });
  const button = h("button.big", { type: "submit" }, t(`parcel.${about}.go`));
  const submit = async (event) => {
    event.preventDefault();
    said.textContent = "";
    button.disabled = true;
    try {
      done(about, await ask(path, { id, ...(await read((text) => (said.textContent = text))) }));
    } catch (problem) {
      said.textContent = problem instanceof PageProblem ? problemText(problem) : problem.message;
      button.disabled = false;
    }
  };
  return h("form", { onsubmit: submit }, fields, said, button);
}

/** What went wrong, in words for who waits for a parcel. */
export function problemText(problem) {
  if (problem.code === "unreachable" || problem.status >= 500) return t("parcel.unreachable");
  if (problem.reason === "too_late") return t("parcel.late");
  if (problem.status === 429 || problem.reason === "too_many") return t("parcel.much");
  if (problem.code.startsWith("link.")) return t(`parcel.gone.${problem.code.slice(5)}`);
  return t("parcel.refused", { reason: problem.message });
}

const labelled = (id, text, field) => [h("label", { for: id }, text), field];

const words = (id, text) =>
  labelled(id, text, h("textarea", { id, maxlength: String(WORDS_MAX), autocomplete: "off" }));

const choice = (id, text, options) =>
  labelled(id, text, h("select", { id }, options.map(([value, name]) => h("option", { value }, name))));

const causes = (list) => list.map((each) => [each, t(`parcel.cause.${each}`)]);

const valueOf = (id) => document.getElementById(id).value.trim();

function wishForm(_order, done) {
  const day = (ms) => new Date(ms).toISOString().slice(0, 10);
  const bounds = { min: day(Date.now()), max: day(Date.now() + DAYS_AHEAD_MAX * DAY_MS) };
  const places = PLACES.map((each) => [each, t(`parcel.wish.to.${each}`)]);
  const fields = [
    h("p", {}, t("parcel.wish.text")),
    labelled("wish-date", t("parcel.wish.date"), h("input", { id: "wish-date", type: "date", ...bounds })),
    choice("wish-to", t("parcel.wish.to"), [["", t("parcel.wish.to.same")], ...places]),
    words("wish-words", t("parcel.wish.words")),
  ];
  const read = () => {
    const told = { date: valueOf("wish-date"), handed_to: valueOf("wish-to") };
    if (!told.date && !told.handed_to) throw new Error(t("parcel.wish.empty"));
    return { ...told, words: valueOf("wish-words") };
  };
  return form("wish", "wishes", fields, read, done);
}

function receiptForm(_order, done) {
  const star = (count) => {
    const given = { type: "radio", name: "stars", value: String(count) };
    const field = h("input", { ...given, "aria-label": t("parcel.receipt.star", { count }) });
    return h("label", {}, field, h("span", { "aria-hidden": "true" }, `${count} ★`));
  };
  const fields = [
    h("fieldset", {}, h("legend", {}, t("parcel.receipt.stars")), h("div.stars", {}, STARS.map(star))),
    words("receipt-words", t("parcel.receipt.words")),
  ];
  const read = () => {
    const chosen = document.querySelector("input[name=stars]:checked");
    return { rating: chosen ? Number(chosen.value) : null, words: valueOf("receipt-words") };
  };
  return form("receipt", "receipts", fields, read, done);
}

function complaintForm(order, done) {
  const kept = new Map();
  const files = h("input", { id: "pictures", type: "file", multiple: true, accept: PICTURES });
  const fields = [
    choice("complaint-cause", t("parcel.complaint.cause"), causes(COMPLAINTS)),
    words("complaint-words", t("parcel.complaint.words")),
    order.parcels.length ? labelled("pictures", t("parcel.complaint.pictures"), files) : null,
  ];
  const read = async (say) => {
    const told = { cause: valueOf("complaint-cause"), words: valueOf("complaint-words") };
    const chosen = [...files.files].slice(0, PICTURES_MAX);
    if (chosen.length) say(t("parcel.complaint.sending"));
    // One after the other: a phone in a stairwell sends little at once.
    for (const file of chosen) if (!kept.has(file)) kept.set(file, await sentPicture(file));
    say("");
    return { ...told, pictures: [...new Set(chosen.map((file) => kept.get(file)))] };
  };
  return form("complaint", "complaints", fields, read, done);
}

async function sentPicture(file) {
  try {
    return (await ask("pictures", await shrunk(file))).picture;
  } catch (problem) {
    if (![413, 422].includes(problem.status)) throw problem;
    throw new Error(t("parcel.picture.bad", { name: file.name }));
  }
}

function returnForm(order, done) {
  const left = order.lines.filter((line) => line.left > 0);
  const field = ({ position, description: name, left: units }) => {
    const given = { type: "number", inputmode: "numeric", min: "0", max: String(units), value: "0" };
    const id = `units-${position}`;
    return labelled(id, t("parcel.return.units", { name, left: units }), h("input", { id, ...given }));
  };
  const fields = [
    left.map(field),
    choice("return-cause", t("parcel.return.cause"), causes(RETURNS)),
    words("return-words", t("parcel.receipt.words")),
  ];
  const read = () => {
    const units = (position) => Number(valueOf(`units-${position}`));
    const asked = left.map(({ position }) => ({ position, quantity: units(position) }));
    const lines = asked.filter((line) => line.quantity > 0);
    if (!lines.length) throw new Error(t("parcel.return.none"));
    return { lines, cause: valueOf("return-cause"), words: valueOf("return-words") };
  };
  return form("return", "returns", fields, read, done);
}
