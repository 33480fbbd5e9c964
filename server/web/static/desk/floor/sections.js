/** The sections of who leads a floor. */
import { countsPage } from "./counts.js";
import { devicesPage } from "./devices.js";
import { exceptionsPage } from "./exceptions.js";
import { labelsPage } from "./labels.js";
import { nowPage } from "./now.js";
import { siteSection } from "./place.js";
import { roundsPage } from "./rounds.js";
import { searchPage } from "./search.js";
import { wavesPage } from "./waves.js";

/**
 * What supervisors see, in the order of their bar.
 * @type {{name: string, title: string, draw: (desk: Object) => {body: Node, leave: () => void}}[]}
 */
export const FLOOR = [
  siteSection("now", nowPage),
  siteSection("exceptions", exceptionsPage),
  siteSection("waves", wavesPage),
  siteSection("rounds", roundsPage),
  siteSection("devices", devicesPage),
  siteSection("counts", countsPage),
  siteSection("labels", labelsPage),
  siteSection("search", searchPage),
];
