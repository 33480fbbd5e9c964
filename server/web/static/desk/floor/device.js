/** One device: its streams, alarms, incidents, and what of it was not simply applied. */
import { h } from "../../dom.js";
import { foundText, t } from "../../say.js";
import { ask } from "../calls.js";
import { showInvitation } from "./invitation.js";
import { action, codeLink, codeText, facts, nothing, sayEach, since_when, table, when, word } from "./parts.js";
import { TOLD, tellDevices } from "./telling.js";

const LOOK_S = 10;

/** @param {import("./place.js").Place} place @param {number} number */
export function devicePage(place, number) {
  const { desk, base } = place;
  const shown = h("div");
  let row = { device: number, name: String(number) };
  const load = async () => {
    const told = await ask(`${base}/fleet/${number}`);
    row = told.device;
    place.show(shown, deviceView(told));
  };
  const tell = (what) => async () => {
    const told = await tellDevices(place, [row], what);
    if (!told) return;
    sayEach(desk, told);
    await desk.attempt(load);
  };
  const again = async () => {
    const told = await desk.attempt(() => ask(`${base}/devices/${number}/enrol_again`, { method: "POST" }));
    if (told) await showInvitation(told);
  };
  place.every(LOOK_S, load);
  return [
    h("div.ways", {}, h("a.button", { href: "#devices", id: "back" }, t("app.back")),
      action(t("desk.devices.again"), again, { id: "again" }),
      TOLD.map((what) => action(t(`desk.devices.${what.name}`), tell(what), { id: `tell-${what.name}` }))),
    shown,
  ];
}

function deviceView({ device, alarms, streams, incidents, parked, outcomes }) {
  return [
    h("h2", {}, `${device.name} (${device.device})`),
    facts([
      [t("desk.state"), word("device_state", device.state)],
      [t("desk.devices.role"), word("role", device.role)],
      [t("desk.now.person"), device.person],
      [t("desk.devices.contact"), since_when(device.last_contact)],
      [t("desk.devices.unsynced"), device.unsynced],
      [t("desk.devices.unsynced_since"), device.unsynced_since ? since_when(device.unsynced_since) : ""],
      [t("desk.devices.uploads"), device.uploads],
      [t("desk.devices.battery"), device.battery === null ? "" : t("app.bar.battery", { percent: device.battery })],
      [t("desk.devices.app"), device.app],
      [t("desk.devices.problem"), device.problem],
      [t("desk.devices.known"), when(device.known_until)],
      [t("desk.devices.stored"), device.stored],
      [t("desk.waves.packages"), device.packages],
    ]),
    h("h3", {}, t("desk.devices.alarms")),
    alarms.length ? h("ul.lines", {}, alarms.map((each) =>
      h("li", {}, h("b.late", {}, word("alarm", each.kind)), each.detail, since_when(each.raised_at))))
        : nothing(),
    h("h3", {}, t("desk.devices.incidents")),
    incidents.length ? h("ul.lines", {}, incidents.map((each) =>
      h("li", {}, word("incident", each.kind), each.note, when(each.opened_at), each.open
        ? h("b.late", {}, t("desk.devices.open")) : null)))
      : nothing(),
    parked.length ? [h("h3", {}, t("desk.devices.parked")), outcomeTable(t("desk.devices.parked"), parked)]
      : null,
    h("h3", {}, t("desk.devices.outcomes")),
    outcomeTable(t("desk.devices.outcomes"), outcomes),
    h("h3", {}, t("desk.devices.streams")),
    table(t("desk.devices.streams"), [
      { title: t("desk.devices.epoch"), cell: (each) => each.epoch, number: true },
      { title: t("desk.devices.stored"), cell: (each) => each.stored, number: true },
      { title: t("desk.opened"), cell: (each) => when(each.opened_at) },
      { title: t("desk.devices.known"), cell: (each) => when(each.known_until) },
    ], streams),
  ];
}

const outcomeTable = (label, rows) => table(label, [
  { title: t("desk.operation"), cell: (row) => codeLink(row.operation) },
  { title: t("desk.story.recorded"), cell: (row) => when(row.recorded_at) },
  { title: t("desk.story.outcome"), cell: (row) =>
    [word("outcome", row.outcome), codeText(row.code)].join(" · ") },
  { title: t("desk.expected"), cell: (row) => foundText(row.expected) },
  { title: t("desk.actual"), cell: (row) => foundText(row.actual) },
], rows);
