/** Money at a door and in the purse: another amount by big keys, and what the lines of a day add up to. */
import { h } from "../../dom.js";
import { amountText } from "../../money.js";
import { t } from "../../say.js";
import { read } from "../../scanning/scan.js";
import { keypad } from "../keypad.js";

const ASKS = ["deliver.cash", "hand_over_cash.amount"];
const DIGITS_MAX = 12;

/** Whether an amount of money is asked for. */
export const asksMoney = ({ key }) => ASKS.includes(key);

/** The keys for an amount; its last digits are behind the point. */
export function moneyParts({ choices }, { now }, acts) {
  const { currency = "" } = now.line ?? {};
  const said = (digits) => amountText(Number(digits), currency);
  const keyed = (amount) => acts.give({ scanned: read(String(amount), ""), symbology: "", entry: "keyed" });
  return h(
    "div.money",
    {},
    choices.length ? h("p.due", {}, t("app.road.other_amount")) : null,
    keypad(0, keyed, { digits_max: DIGITS_MAX, said }),
  );
}

/**
 * What is in the purse by what this device wrote down: taken, and not handed over since.
 * @param {Object[]} said Operations that were not taken back, in order.
 * @returns {Object<string, number>} Smallest units by currency.
 */
export function purseOf(said) {
  const sums = {};
  for (const { kind, taken = 0, amount = 0, currency = "" } of said) {
    const more = { deliver: taken, hand_over_cash: -amount }[kind] ?? 0;
    if (more) sums[currency] = (sums[currency] ?? 0) + more;
  }
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum > 0));
}

/** Sums by currency as people read them. */
export const sumsText = (sums) => Object.entries(sums).map(([currency, sum]) => amountText(sum, currency)).join(", ");
