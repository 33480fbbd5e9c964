/** Money that couriers took for a merchant's orders, and what of it was paid out. */
import { h } from "../../dom.js";
import { amountText } from "../../money.js";
import { t } from "../../say.js";
import { table, when } from "../floor/parts.js";
import { paged, read } from "./reading.js";

const PAGE = 20;

/** What a merchant is owed, and how it was paid; nothing where no money was ever collected. */
export async function moneyPart(page) {
  const [accounts, first] = await Promise.all([read("/accounts"), read("/remittances", { limit: PAGE })]);
  if (!accounts.length) return null;
  const sum = (name) => (row) => amountText(row[name], row.currency);
  const more = (after) => read("/remittances", { limit: PAGE, after });
  return h("section", {}, h("h2", {}, t("shop.money.title")), table(t("shop.money.title"), [
    { title: t("shop.money.currency"), cell: (row) => row.currency },
    { title: t("desk.cash.collected"), cell: sum("collected"), number: true },
    { title: t("desk.cash.remitted"), cell: sum("remitted"), number: true },
    { title: t("shop.money.owed"), cell: sum("owed"), number: true },
  ], accounts), first.rows.length
    ? h("details", {}, h("summary", {}, t("shop.money.paid")), paged(page, first, more, paidTable)) : null);
}

const paidTable = (rows) => table(t("shop.money.paid"), [
  { title: t("desk.cash.voucher"), cell: (row) => row.voucher },
  { title: t("desk.cash.amount"), cell: (row) => amountText(row.amount, row.currency), number: true },
  { title: t("shop.money.when"), cell: (row) => row.cancelled_at
    ? t("shop.money.cancelled", { time: when(row.cancelled_at) }) : when(row.told_at) },
], rows);
