/** The code by which a device enrols: shown once, as a QR that a phone's camera opens. */
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { facts, when } from "./parts.js";

/**
 * Show an invitation until it is closed.
 * @param {{code: string, label: string, url: string, expires: string}} told
 */
export function showInvitation(told) {
  const picture = URL.createObjectURL(new Blob([told.label], { type: "image/svg+xml" }));
  return new Promise((resolve) => {
    const close = () => dialog.close();
    const dialog = h("dialog.invitation", { "aria-labelledby": "invitation-title" },
      h("h2", { id: "invitation-title" }, t("desk.devices.invitation")),
      h("p", {}, t("desk.devices.invitation_text")),
      h("img.qr", { src: picture, alt: t("desk.devices.qr", { code: told.code }) }),
      facts([
        [t("desk.devices.code"), h("code", { id: "invitation-code" }, told.code)],
        [t("desk.devices.until"), when(told.expires)],
        [t("desk.devices.here"), h("a", { href: told.url }, told.url)],
      ]),
      h("div.ways", {}, h("button.done", { type: "button", onclick: close }, t("desk.floor.close"))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      URL.revokeObjectURL(picture);
      resolve();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
