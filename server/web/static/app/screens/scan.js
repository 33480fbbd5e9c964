/**
 * The scan screen: one instruction, what is expected and what was scanned, and every way out in reach.
 *
 * A scan may come from a reader that types, from the camera, or by hand; all go the same way. What is
 * not on the disk is never answered with a beep.
 */
import { h, replace } from "../../dom.js";
import { t } from "../../say.js";
import { Deliveries } from "../../scanning/delivery.js";
import { read } from "../../scanning/scan.js";
import { look } from "../camera.js";
import { signal } from "../sounds.js";
import { stepParts } from "./prompt.js";

export function scanScreen(app) {
  const { runner } = app;
  const deliveries = new Deliveries();
  const parts = { box: h("div.scanning"), camera: null, video: null, typed: "", fault: "" };
  const files = [];

  const give = async (input) => {
    const beside = files.splice(0);
    try {
      const told = await runner.give(input, beside);
      if (!told) return;
      parts.fault = "";
      signal(told.feedback.tone);
      app.announce(spokenOf(told));
      app.keeper.soon();
    } catch (error) {
      files.unshift(...beside);
      const is_full = error.name === "QuotaExceededError";
      parts.fault = t(is_full ? "app.scan.full" : "app.scan.not_kept", { code: error.message });
      signal("error");
      app.announce(parts.fault);
    }
    draw();
  };
  const take = (text, symbology, entry) => give({ scanned: read(text, symbology), symbology, entry });
  // One scan may come on two ways; what somebody keyed comes on one.
  const scan = (text, source, at, symbology = "", entry = "scanner") =>
    deliveries.take(source, at).again ? null : take(text, symbology, entry);
  const keyed = (text) => {
    const { takes = [], ways = [] } = runner.prompt ?? {};
    if (takes.includes("quantity") && /^\d{1,7}$/.test(text)) return give({ quantity: Number(text) });
    // Number keys choose among answers; the same number may be a code where nothing is to be chosen.
    if (ways.includes(text)) return give({ command: text });
    return take(text, "", "keyed");
  };
  const stopCamera = () => {
    parts.camera?.();
    parts.camera = null;
  };
  const toggleCamera = async () => {
    if (parts.camera) {
      stopCamera();
      draw();
      return;
    }
    parts.video = h("video.camera", { muted: true, playsinline: true });
    parts.camera = () => {};
    draw();
    const found = (text, symbology) => scan(text, "camera", performance.now(), symbology, "camera");
    try {
      parts.camera = await look(parts.video, found, (frame) => decode(app, frame));
    } catch {
      parts.camera = null;
      parts.fault = t("app.scan.no_camera");
      app.announce(parts.fault);
    }
    draw();
  };
  const leave = async () => {
    await runner.leave();
    app.keeper.soon(0);
    app.go("work");
  };
  const draw = () => {
    if (!runner.session) return;
    const is_here = parts.box.contains(document.activeElement);
    replace(parts.box, stepParts(app, parts, acts));
    // What had the focus is gone: who uses keys goes on from the top of the screen.
    if (is_here && document.activeElement === document.body) app.main.focus({ preventScroll: true });
  };
  const acts = { give, keyed, toggleCamera, leave, files, draw };
  const ears = {
    scanned: (text, at, source) => scan(text, source, at),
    keyed,
    typed: (text) => {
      parts.typed = text;
      const shown = parts.box.querySelector(".typed");
      if (shown) shown.textContent = text;
    },
  };
  draw();
  const unlisten = app.hear(ears, true);
  const stop = () => {
    unlisten();
    stopCamera();
  };
  return { body: parts.box, leave: stop, title: t(`app.workflow.${runner.session.workflow}`) };
}

/** What a step says aloud: nothing twice. */
function spokenOf({ feedback, prompt }) {
  const said = [feedback, prompt, ...(prompt.notice ? [prompt.notice] : [])].map(({ key, fields }) => t(key, fields));
  return [...new Set(said)].join(". ");
}

/** Codes in a frame, read by the server. */
async function decode(app, frame) {
  const headers = { "content-type": "image/jpeg", authorization: `Bearer ${app.device.kept.session}` };
  const response = await fetch("/app/decode", { method: "POST", headers, body: frame });
  return response.ok ? (await response.json()).codes : [];
}
