/** What proves what happened to a parcel: who took it, the picture, the signature. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { ask } from "../calls.js";
import { action, when, word } from "../floor/parts.js";
import { API } from "./reading.js";

const SHOWN_MAX = 8;

/** Proofs by operation; the first pictures are shown, others when they are asked for. */
export function proofView(page, rows) {
  let shown = 0;
  const evidence = (each) => {
    if (each.kind !== "attachment")
      return h("li", {}, h("span.quiet", {}, word("evidence", each.kind)), " ", textOf(each));
    shown += 1;
    return h("li", {}, each.state === "arrived" ? attachment(page, each, shown <= SHOWN_MAX) : textOf(each));
  };
  return h("ul.proofs", {}, rows.map((row) =>
    h("li.card", {},
      h("strong", {}, word("did", row.did)), " ",
      h("time", { datetime: row.occurred_at }, when(row.occurred_at)),
      h("p.quiet", {}, row.sscc), h("ul", {}, row.evidence.map(evidence)))));
}

function textOf({ state, text, kind }) {
  if (state === "missing") return t("shop.proof_missing");
  if (state === "erased") return t("shop.proof_erased");
  return kind === "position" ? positionOf(text) : text;
}

const E7 = 10_000_000;

/** A position as a link that maps open. */
function positionOf(text) {
  try {
    const { latitude_e7, longitude_e7 } = JSON.parse(text);
    const [latitude, longitude] = [latitude_e7 / E7, longitude_e7 / E7].map((each) => each.toFixed(5));
    return h("a", { href: `geo:${latitude},${longitude}` }, `${latitude}, ${longitude}`);
  } catch {
    return text;
  }
}

function attachment(page, { hash, media_type }, is_now) {
  const box = h("div.evidence", {});
  const show = async () => {
    const blob = await page.desk.attempt(async () => {
      const response = await ask(`${API}/attachments/${hash}`, { raw: true });
      return response.blob();
    });
    if (!blob || !page.is_open) return;
    const address = URL.createObjectURL(blob);
    page.leaving.push(() => URL.revokeObjectURL(address));
    const is_picture = media_type.startsWith("image/");
    box.replaceChildren(is_picture
      ? h("img", { src: address, alt: t("shop.proof_picture") })
      : h("a.button", { href: address, download: `${hash.slice(0, 12)}.pdf` }, t("shop.proof_file")));
  };
  if (is_now) show();
  else box.append(action(t("shop.proof_show"), show));
  return box;
}
