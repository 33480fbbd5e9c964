/**
 * Money at doors from one piece of work to the next: who leaves a door between two of its parcels does
 * not ask for the same money again, whatever the network knows by then.
 */
import { duesOf, notedOf } from "../../workflow/paying.js";
import { recentOf } from "./round.js";

/**
 * What was to be paid at doors when somebody paid there first, of sessions that were left.
 * @param {Object} device @param {?Object} session The one that is left now.
 * @returns {Object<string, number>} By stop, as long as it is followed.
 */
export function duesLeft({ kept, held }, session) {
  const all = Object.entries({ ...kept.dues, ...duesOf(session?.amounts ?? {}) });
  return Object.fromEntries(all.filter(([stop]) => held.body(`stop/${stop}`)));
}

/**
 * The amounts with which delivering goes on; what was taken and taken back since is not among them.
 * @param {Object} device
 */
export async function paidBefore({ kept, outbox, store }) {
  const dues = Object.entries(kept.dues ?? {});
  if (!dues.length) return {};
  const said = recentOf(await store.lines(outbox.epoch), 0).map((line) => line.said);
  const taken = (stop) => said.filter((each) => each.kind === "deliver" && String(each.stop) === stop)
    .reduce((sum, each) => sum + (each.taken ?? 0), 0);
  return Object.assign({}, ...dues.map(([stop, due]) => notedOf(stop, due, taken(stop))));
}
