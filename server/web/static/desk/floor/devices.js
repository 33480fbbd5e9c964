/** The devices of a site: how they do, inviting by QR, suspending, keys, wiping. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { ask, rowsOf } from "../calls.js";
import { devicePage } from "./device.js";
import { askForm } from "./form.js";
import { showInvitation } from "./invitation.js";
import { action, Choice, sayEach, since_when, table, word } from "./parts.js";
import { TOLD, tellDevices } from "./telling.js";

const LOOK_S = 10;
const ALARMS = ["", "any", "overdue", "quarantine", "stuck", "silent", "drift", "battery", "old_app"];

/** @param {import("./place.js").Place} place */
export function devicesPage(place) {
  const number = Number(place.desk.words[0]);
  return number ? devicePage(place, number) : list(place);
}

function list(place) {
  const { desk, base } = place;
  const shown = h("div");
  const tools = h("div.ways");
  let rows = [];
  let alarm = "";
  const choice = new Choice((row) => row.device, () => drawTools(), (row) => row.name);
  const chosen = () => rows.filter((row) => choice.names.has(row.device));
  const load = async () => {
    rows = await rowsOf(`${base}/fleet`, { alarm });
    choice.keep(rows);
    place.show(shown, fleetTable(rows, choice));
    drawTools();
  };
  const drawTools = () => {
    const disabled = !chosen().length;
    const tell = (what) => async () => {
      const told = await tellDevices(place, chosen(), what);
      if (!told) return;
      sayEach(desk, told);
      choice.set([...choice.names], false);
      await desk.attempt(load);
    };
    place.show(tools, action(t("desk.devices.invite"), invite, { id: "invite", class: "done" }),
      TOLD.map((what) =>
        action(t(`desk.devices.${what.name}`), tell(what), { id: `tell-${what.name}`, disabled })));
  };
  const invite = async () => {
    const zones = (await desk.attempt(() => ask(`${base}/zones`))) ?? [];
    const told = await askForm(desk, {
      title: t("desk.devices.invite"),
      fields: [
        { name: "name", label: t("desk.devices.name"), required: true, given: { maxlength: 64 } },
        { name: "role", label: t("desk.devices.role"), kind: "select",
          options: ["floor", "courier"].map((role) => [role, word("role", role)]) },
        ...(zones.length ? [{ name: "zones", label: t("desk.devices.zones"), kind: "checks",
          options: zones.map((zone) => [zone.zone, zone.name || zone.code]) }] : []),
      ],
      submit: (said) => ask(`${base}/devices`, { method: "POST", body: said }),
    });
    if (!told) return;
    await showInvitation(told);
    await desk.attempt(load);
  };
  const choose = (event) => {
    alarm = event.target.value;
    desk.attempt(load);
  };
  const option = (code) => h("option", { value: code }, code ? word("alarm", code) : t("desk.devices.all"));
  place.keys.add("i", "desk.devices.invite", invite);
  place.keys.add("u", "desk.exceptions.key.refresh", () => desk.attempt(load));
  place.every(LOOK_S, load);
  return [
    tools,
    h("div.tools", {}, h("label", { for: "alarm" }, t("desk.devices.show"),
      h("select", { id: "alarm", onchange: choose }, ALARMS.map(option)))),
    shown,
  ];
}

const fleetTable = (rows, choice) => table(t("desk.floor.devices"), [
  { title: t("desk.device"), cell: (row) =>
    h("a", { href: `#devices/${row.device}`, id: `device-${row.device}` }, row.name) },
  { title: t("desk.state"), cell: (row) => word("device_state", row.state) },
  { title: t("desk.now.person"), cell: (row) => row.person ?? "–" },
  { title: t("desk.devices.alarms"), cell: (row) =>
    row.alarms.length ? h("b.late", {}, row.alarms.map((kind) => word("alarm", kind)).join(", ")) : "–" },
  { title: t("desk.devices.unsynced"), cell: (row) => row.unsynced, number: true },
  { title: t("desk.devices.unsynced_since"), cell: (row) => since_when(row.unsynced_since) },
  { title: t("desk.devices.contact"), cell: (row) => since_when(row.last_contact) },
  { title: t("desk.devices.battery"), cell: (row) =>
    (row.battery === null ? "–" : t("app.bar.battery", { percent: row.battery })), number: true },
  { title: t("desk.waves.packages"), cell: (row) => row.packages, number: true },
], rows, choice);
