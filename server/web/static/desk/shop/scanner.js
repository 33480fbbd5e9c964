/** Scans on a merchant's phone: a reader that types, or the camera. */
import { has_camera, look } from "../../app/camera.js";
import { Wedge } from "../../app/wedge.js";
import { h } from "../../dom.js";
import { t } from "../../say.js";
import { ask } from "../calls.js";
import { action } from "../floor/parts.js";

/** Hear what a reader types anywhere on the page, until the page is left. */
export function hear(page, scanned) {
  const wedge = new Wedge({ scanned: (text) => scanned(text.trim()), keyed: () => {}, typed: () => {} });
  page.leaving.push(wedge.listen());
}

/** A button that scans one code with the camera; null where a page may use none. */
export function cameraButton(page, scanned) {
  if (!has_camera()) return null;
  return action(t("shop.camera"), () => watch(page, scanned), { id: "camera" });
}

async function watch(page, scanned) {
  const video = h("video.camera", { muted: true, playsinline: true, "aria-label": t("shop.camera_sees") });
  const said = h("p", { role: "status" }, t("shop.camera_hold"));
  let stop = () => {};
  const close = () => dialog.close();
  const dialog = h("dialog", { "aria-labelledby": "dialog-title" },
    h("h2", { id: "dialog-title" }, t("shop.camera")), video, said,
    h("div.ways", {}, action(t("desk.floor.close"), close)));
  dialog.addEventListener("close", () => {
    stop();
    dialog.remove();
  });
  page.leaving.push(close);
  document.body.append(dialog);
  dialog.showModal();
  const found = ([{ text }]) => {
    if (!dialog.open) return;
    dialog.close();
    scanned(text);
  };
  try {
    const ends = await look(video, found, decode);
    stop = ends;
    if (!dialog.open) ends();
  } catch {
    said.textContent = t("shop.no_camera");
  }
}

async function decode(frame) {
  const told = await ask("/app/decode", { method: "POST", body: frame });
  return told.codes;
}
