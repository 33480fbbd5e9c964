/** What merchants see, in the order of their bar. */
import { deliveriesPage } from "./deliveries.js";
import { homePage } from "./home.js";
import { ordersPage } from "./orders.js";
import { warningsPage } from "./outlook.js";
import { parcelsPage } from "./parcels.js";
import { questionsPage } from "./questions.js";
import { section } from "./reading.js";
import { stockPage } from "./stock.js";

/** What `section` makes. @type {Object[]} */
export const SHOP = [
  section("home", homePage),
  section("stock", stockPage),
  section("orders", ordersPage),
  section("parcels", parcelsPage),
  section("deliveries", deliveriesPage),
  section("questions", questionsPage),
  section("warnings", warningsPage),
];
