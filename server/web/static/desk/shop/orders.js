/** Orders of a merchant, the latest first, and how far each is. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { nothing, since_when, table, word } from "../floor/parts.js";
import { ordersChart, STATES } from "./home.js";
import { moneyPart } from "./money.js";
import { orderPage } from "./order.js";
import { paged, read } from "./reading.js";

const PAGE = 50;

/** `#orders`, `#orders/state/packed`, `#orders/number/N1`, or one: `#orders/1000365`. */
export async function ordersPage(page) {
  const [kind = "", value = ""] = page.words;
  if (/^\d+$/.test(kind)) return orderPage(page, Number(kind));
  const asked = { latest: true, limit: PAGE };
  if (kind === "state" && value) asked.order_state = value;
  if (kind === "number" && value) asked.number = value;
  const [first, states, money] = await Promise.all([read("/orders", asked),
    kind ? {} : read("/orders/states"), kind ? null : moneyPart(page)]);
  if (kind === "number" && first.rows.length === 1) return orderPage(page, first.rows[0].order);
  const more = (after) => read("/orders", { ...asked, after });
  return [
    h("h1", {}, t("shop.section.orders")),
    finder(page, kind, value),
    kind ? null : ordersChart(states),
    money,
    first.rows.length ? paged(page, first, more, ordersTable) : nothing("shop.no_order_found"),
  ];
}

function finder(page, kind, value) {
  const number = h("input", {
    id: "number", type: "search", autocomplete: "off", maxlength: 64, value: kind === "number" ? value : "",
  });
  const submit = (event) => {
    event.preventDefault();
    const text = number.value.trim();
    if (text) page.desk.go("orders", "number", text);
    else page.desk.go("orders");
  };
  const chosen = kind === "state" ? value : "";
  const choose = ({ target }) => page.desk.go("orders", ...(target.value ? ["state", target.value] : []));
  const option = (code) =>
    h("option", { value: code, selected: code === chosen }, code ? word("order", code) : t("shop.all"));
  return h("form.tools", { role: "search", onsubmit: submit },
    h("label.wide", { for: "number" }, t("shop.order_number"), number),
    h("button.done", { type: "submit" }, t("desk.search.go")),
    h("label", { for: "state" }, t("desk.state"),
      h("select", { id: "state", onchange: choose }, ["", ...STATES.map(([state]) => state)].map(option))));
}

const ordersTable = (rows) => table(t("shop.section.orders"), [
  { title: t("desk.order"), cell: ({ order, number, priority }) =>
    h("span", {},
      h("a", { href: `#orders/${order}` }, number),
      priority === 0 ? h("b.late", {}, ` ${t("shop.urgent")}`) : null) },
  { title: t("desk.search.channel"), cell: ({ channel }) => channel },
  { title: t("desk.state"), cell: ({ state }) =>
    h(state === "exception" ? "strong.late" : "strong", {}, word("order", state)) },
  { title: t("shop.units"), cell: ({ units, cancelled_units }) => units - cancelled_units, number: true },
  { title: t("desk.time.placed"), cell: ({ placed_at }) => since_when(placed_at) },
], rows);
