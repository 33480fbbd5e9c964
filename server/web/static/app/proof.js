/** Proof of a delivery: a signature on glass and a photo, each named by the next line by its hash. */
import { fileOf } from "../device/files.js";
import { h } from "../dom.js";
import { t } from "../say.js";
import { pictureOf } from "./camera.js";

const PHOTO_PIXELS_MAX = 1_600;
const PHOTO_BYTES_MAX = 8 << 20;

/** Workflows in which something changes hands at a door. */
const AT_DOORS = ["deliver", "collect"];

/** What a courier may add before the hand-over is told; nothing elsewhere. */
export function proofParts(app, prompt, acts) {
  const { session, proof } = app.runner;
  if (!AT_DOORS.includes(session.workflow) || prompt.state === "ended") return null;
  const photo = h("input.hidden", { id: "photo", type: "file", accept: "image/*", capture: "environment" });
  const taken = proof.length ? t("app.proof.taken", { count: proof.length }) : "";
  const said = h("span", { role: "status" }, taken);
  photo.addEventListener("change", async () => {
    const [picture] = photo.files;
    if (!picture) return;
    const content = await shrunk(picture).catch(() => null);
    if (content) await acts.attach(await fileOf(content, "image/jpeg"));
    else said.textContent = t("app.proof.unreadable");
  });
  return h(
    "div.proof",
    {},
    h("label.button", { for: "photo" }, t("app.proof.photo")),
    photo,
    h("button", { type: "button", id: "sign", onclick: () => sign(acts) }, t("app.proof.sign")),
    said,
  );
}

/** A photo as a JPEG of a size that a radio carries. */
async function shrunk(picture) {
  const bitmap = await createImageBitmap(picture);
  const blob = await pictureOf(bitmap, PHOTO_PIXELS_MAX, 0.75);
  bitmap.close();
  if (blob.size > PHOTO_BYTES_MAX) throw new Error("too large");
  return new Uint8Array(await blob.arrayBuffer());
}

/** Let somebody sign with a finger. */
function sign(acts) {
  const canvas = h("canvas.glass", { width: "600", height: "300", tabindex: "0", "aria-label": t("app.proof.glass") });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  Object.assign(pen, { lineWidth: 4, lineCap: "round", strokeStyle: "#000" });
  let is_down = false;
  let strokes = 0;
  const at = ({ offsetX, offsetY }) => [(offsetX * canvas.width) / canvas.clientWidth, (offsetY * canvas.height) / canvas.clientHeight];
  canvas.addEventListener("pointerdown", (event) => {
    is_down = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!is_down) return;
    strokes += 1;
    pen.lineTo(...at(event));
    pen.stroke();
  });
  canvas.addEventListener("pointerup", () => (is_down = false));
  const keep = () =>
    canvas.toBlob(async (blob) => {
      dialog.close();
      if (strokes) await acts.attach(await fileOf(new Uint8Array(await blob.arrayBuffer()), "image/png"));
    }, "image/png");
  const dialog = h(
    "dialog.signing",
    { "aria-label": t("app.proof.sign"), onclose: () => dialog.remove() },
    canvas,
    h("div.ways", {}, h("button.big", { onclick: keep }, t("app.proof.keep")), h("button", { onclick: () => dialog.close() }, t("app.back"))),
  );
  document.body.append(dialog);
  dialog.showModal();
}
