/** Parcels of a merchant on their way, and what came of the tries to deliver them. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { facts, nothing, since_when, word } from "../floor/parts.js";
import { paged, read } from "./reading.js";

const PAGE = 50;

/** `#parcels`, or with those that have arrived: `#parcels/all`. */
export async function parcelsPage(page) {
  const every = page.words[0] === "all";
  const asked = { limit: PAGE, every };
  const first = await read("/parcels", asked);
  const more = (after) => read("/parcels", { ...asked, after });
  const link = (target, text, is_here) =>
    h("a.button", { href: target, "aria-current": is_here ? "page" : null }, text);
  return [
    h("h1", {}, t("shop.section.parcels")),
    h("nav.ways", { "aria-label": t("shop.section.parcels") },
      link("#parcels", t("shop.on_the_way"), !every), link("#parcels/all", t("shop.all"), every)),
    first.rows.length ? paged(page, first, more, parcelCards) : nothing("shop.no_parcels"),
  ];
}

/** What came of a try, in words, and its reason as it was given. */
function resultText(text) {
  const [result, ...reason] = text.split(": ");
  return result ? [word("result", result), ...reason].join(": ").replaceAll("_", " ") : "";
}

/** Parcels as cards, each leading to its order with the proofs. */
export const parcelCards = (rows) => h("ul.cards", {}, rows.map((row) =>
  h("li.card", {},
    h("strong", {}, word("parcel", row.state)), " ",
    since_when(row.delivered_at ?? row.returned_at ?? row.loaded_at ?? row.sealed_at),
    facts([
      [t("desk.order"), h("a", { href: `#orders/${row.order}` }, row.number)],
      ["SSCC", h("a", { href: `#stock/${row.sscc}` }, row.sscc.slice(0, 9), h("wbr"), row.sscc.slice(9))],
      [t("desk.search.destination"), row.destination],
      [t("desk.search.round"), row.round],
      [t("shop.attempts"), row.attempts ? String(row.attempts) : ""],
      [t("desk.search.last"), resultText(row.last_result)],
    ]))));
