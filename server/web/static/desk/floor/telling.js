/** What devices can be told: to stop, to go on, to change their key, to forget. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { ask } from "../calls.js";
import { askForm } from "./form.js";
import { each } from "./parts.js";

/** What many devices can be told at once; what can't be taken back asks again. */
export const TOLD = [
  { name: "suspend", body: { state: "suspended" } },
  { name: "resume", body: { state: "active" } },
  { name: "rotate_key", body: { command: "rotate_key" } },
  { name: "upload_then_wipe", body: { command: "upload_then_wipe" }, danger: true },
  { name: "wipe", body: { command: "wipe" }, danger: true },
  { name: "revoke", body: { state: "revoked" }, danger: true },
];

/**
 * Ask, then tell devices something.
 * @param {Object} place
 * @param {Object[]} rows
 * @param {Object} what One of TOLD.
 */
export function tellDevices(place, rows, what) {
  const address = (row) => `${place.base}/devices/${row.device}/${what.body.state ? "state" : "command"}`;
  return askForm(place.desk, {
    title: t(`desk.devices.${what.name}`),
    intro: [h("p", {}, t(`desk.devices.${what.name}_text`)),
      h("p", {}, rows.map((row) => row.name).join(", "))],
    fields: what.danger ? [{ name: "sure", label: t("desk.devices.sure"), kind: "check", given: {} }] : [],
    danger: what.danger,
    go: t(`desk.devices.${what.name}`),
    submit: (said) => {
      if (what.danger && !said.sure) throw new Error(t("desk.devices.not_sure"));
      return each(rows, (row) => ask(address(row), { method: "POST", body: what.body }));
    },
  });
}
