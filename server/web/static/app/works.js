/** What there is to do on this device, out of its documents: by workflow, with how much of it waits. */
import { shortId } from "../say.js";

const FLOOR = [
  ...["receive", "putaway", "replenish", "pick", "sort", "pack", "repack", "unseal", "work_step"],
  ...["move", "count", "return", "grade", "relabel", "kit", "discard", "send_transfer", "take_transfer", "load"],
];
const ROAD = ["load", "deliver", "collect", "bring_back", "hand_over_cash", "return"];
const COUNTS = ["count", "recount"];
/** Priority of work that goes before all other. */
const EMERGENCY = 0;

/** Workflows in the order of a day. @param {string} role `courier` or anything else. */
export const worksOf = (role) => (role === "courier" ? ROAD : FLOOR);

/** Kinds of tasks that ask for goods to be brought somewhere. */
const BROUGHT = ["put_back", "restock", "quarantine", "repair"];

const WAITING = {
  receive: (held) => held.all("announced").length,
  putaway: (held) => held.listed("task", "putaway").length,
  replenish: (held) => held.listed("task", "replenish").length,
  move: (held) => BROUGHT.flatMap((kind) => held.listed("task", kind)).length,
  kit: (held) => held.listed("task", "assemble").length,
  count: (held) => COUNTS.flatMap((kind) => held.listed("task", kind)).length,
  pick: (held) => packagesOf(held).length,
  pack: (held) => held.listed("shipment", "").length,
  load: (held) => held.all("round").length,
  deliver: (held) => held.all("round").length,
};

/** How many pieces of work wait; 0 where nobody counts them. */
export const waiting = (held, workflow) => WAITING[workflow]?.(held) ?? 0;

/** What people call a zone; its number before a document says it. */
export function zoneName(held, zone) {
  const { code = "", name = "" } = held.body(`zone/${zone}`) ?? {};
  return [...new Set([code, name])].filter(Boolean).join(" · ") || shortId(zone);
}

/** Packages that may be taken, the most urgent first. */
function packagesOf(held) {
  const open = held.all("package").filter(({ state }) => state !== "done");
  return open.sort((one, other) => one.priority - other.priority || one.id - other.id);
}

/** The vans of the rounds that there are; one that has to be scanned where there is none. */
function vansOf(held) {
  const vans = [...new Set(held.all("round").map(({ van }) => van))];
  return vans.length ? vans : [""];
}

const packageWork = ({ id, fence, package: body, priority, holder }) => ({
  work: { package: id, fence, mode: body?.mode ?? "" },
  package: { id, holder, body },
  zone: body?.zone ?? 0,
  is_urgent: priority === EMERGENCY,
});

/**
 * What has to be chosen before a workflow begins: pieces of work to take on.
 * @returns {{work: Object, zone?: number, is_urgent?: boolean}[]} Each with the document that it is of.
 */
export function choicesOf(held, workflow) {
  switch (workflow) {
    case "pick":
      return packagesOf(held).map(packageWork);
    case "receive":
      return [{ work: {}, blind: true }, ...held.all("announced").map((each) => ({ work: { announced: each.number }, announced: each }))];
    case "load":
    case "deliver":
    case "hand_over_cash":
      return held.all("round").map((each) => ({ work: { round: each.id, van: each.van }, round: each }));
    case "replenish":
      return held.listed("task", "replenish").length ? [{ work: {} }] : [];
    case "collect":
    case "bring_back":
      return vansOf(held).map((van) => ({ work: { van }, van }));
    case "send_transfer":
    case "take_transfer":
      return held.all("transfer").map((each) => ({ work: { announced: String(each.id) }, transfer: each }));
    default:
      return [{ work: {} }];
  }
}

/**
 * What waits and is found by scanning: counts by the zone of their place, and goods that go back by
 * the zone to which they go.
 * @param {?number} person Who would do it; what somebody else is to do is marked.
 * @returns {{zone: number, place: string, task: Object, is_for_another: boolean}[]}
 */
export function placesOf(held, workflow, person = null) {
  const kinds = { count: COUNTS, move: BROUGHT }[workflow] ?? [];
  const rows = kinds.flatMap((kind) => held.listed("task", kind)).map((task) => {
    // Goods that go back are gathered by where they go, for their totes stand together.
    const [seen] = held.coded("place", task.to || (task.place ?? ""));
    const is_for_another = Boolean(task.not_by) && task.not_by === person;
    return { zone: seen?.zone ?? 0, walk: seen?.walk ?? 0, place: task.place ?? "", task, is_for_another };
  });
  return rows.sort((one, other) => one.zone - other.zone || one.walk - other.walk || one.task.id - other.task.id);
}
