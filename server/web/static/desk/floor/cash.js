/** Money that was collected for merchants: what each is owed, and what was paid out. */
import { h } from "../../dom.js";
import { amountText, minorOf } from "../../money.js";
import { t } from "../../say.js";
import { ask } from "../calls.js";
import { askForm } from "./form.js";
import { action, table } from "./parts.js";

/**
 * The accounts of a site, each with a way to pay out; nothing where no money is collected.
 * @param {import("./place.js").Place} place @param {Object[]} rows
 * @param {() => Promise<void>} load Reads them again.
 */
export function accountsPart(place, rows, load) {
  if (!rows.length) return null;
  const pay = (row) => action(t("desk.cash.pay"), () => payOut(place, row, load), {
    id: `pay-${row.owner}-${row.currency}`,
    "aria-label": t("desk.cash.pay_of", { name: row.owner, currency: row.currency }),
  });
  const sum = (name) => (row) => amountText(row[name], row.currency);
  return [h("h2", {}, t("desk.cash.title")), table(t("desk.cash.title"), [
    { title: t("desk.owner"), cell: (row) => row.owner },
    { title: t("desk.cash.collected"), cell: sum("collected"), number: true },
    { title: t("desk.cash.remitted"), cell: sum("remitted"), number: true },
    { title: t("desk.cash.owed"), cell: sum("owed"), number: true },
    { title: t("desk.cash.pay"), cell: pay },
  ], rows)];
}

/** Tell that a merchant was paid. */
async function payOut({ desk, base }, { owner, currency, owed }, load) {
  const [figure] = amountText(Math.max(0, owed), currency).split(" ");
  const told = await askForm(desk, {
    title: t("desk.cash.pay_of", { name: owner, currency }),
    intro: [h("p", {}, t("desk.cash.text", { amount: amountText(owed, currency) }))],
    fields: [
      { name: "amount", label: t("desk.cash.amount"), required: true, value: figure,
        given: { inputmode: "decimal" } },
      { name: "voucher", label: t("desk.cash.voucher"), required: true, given: { maxlength: 64 } },
      { name: "place", label: t("desk.cash.place"), help: t("desk.cash.place_help") },
    ],
    go: t("desk.cash.pay"),
    submit: (said) => {
      const amount = minorOf(said.amount, currency);
      if (!amount) throw new Error(t("desk.cash.bad_amount"));
      const body = { ...said, amount, merchant: owner, currency };
      return ask(`${base}/remittances`, { method: "POST", body });
    },
  });
  if (!told) return;
  const why = [told.expected, told.actual].join(" / ");
  if (told.outcome === "flagged") desk.say(t("desk.cash.flagged", { why }), "warn");
  else desk.say(t("desk.floor.done"));
  await desk.attempt(load);
}
