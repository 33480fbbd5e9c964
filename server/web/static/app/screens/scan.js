/**
 * The scan screen: one instruction, what is expected and what was scanned, and every way out in reach.
 *
 * A scan may come from a reader that types, from the camera, or by hand; all go the same way. What is
 * not on the disk is never answered with a beep.
 */
import { h, replace } from "../../dom.js";
import { stepText, t } from "../../say.js";
import { Deliveries } from "../../scanning/delivery.js";
import { read } from "../../scanning/scan.js";
import { look } from "../camera.js";
import { ofOneLabel } from "../labels.js";
import { signal } from "../sounds.js";
import { stepParts } from "./prompt.js";

export function scanScreen(app) {
  const { runner } = app;
  const deliveries = new Deliveries();
  const parts = { box: h("div.scanning"), camera: null, video: null, typed: "", fault: "" };

  const give = async (input) => {
    try {
      const told = await runner.give(input);
      if (!told) return;
      parts.fault = "";
      signal(told.feedback.tone);
      app.announce(spokenOf(told));
      app.keeper.soon();
    } catch (error) {
      failed(error);
    }
    draw();
  };
  const attach = async (file) => {
    try {
      await runner.attach(file);
      parts.fault = "";
      signal("ok");
      app.announce(t("app.proof.taken", { count: runner.proof.length }));
    } catch (error) {
      failed(error);
    }
    draw();
  };
  const failed = (error) => {
    const is_full = error.name === "QuotaExceededError";
    parts.fault = t(is_full ? "app.scan.full" : "app.scan.not_kept", { code: error.message });
    signal("error");
    app.announce(parts.fault);
  };
  const take = (text, when, symbology = "", entry = "scanner") =>
    give({ scanned: read(text, symbology), symbology, entry, ...when });
  // One scan may come on two ways; what somebody keyed comes on one.
  const scan = (text, source, at, symbology, entry) =>
    deliveries.take(source, at).again ? null : take(text, { begun_ms: at, ended_ms: performance.now() }, symbology, entry);
  // A picture shows whatever lies there: only what is one label is taken, as one.
  const seen = (codes) => {
    const isKnown = (text) => {
      const { view } = runner;
      return Boolean(view.place(text) || view.unit(text) || view.meanings(text).length);
    };
    const found = ofOneLabel(codes.map(({ text, symbology }) => ({ scanned: read(text, symbology), symbology })), isKnown);
    if (!found) {
      signal("ask");
      runner.feedback = { key: "app.scan.several", fields: {}, tone: "ask" };
      app.announce(t("app.scan.several"));
      draw();
      return;
    }
    const at = performance.now();
    const [first, ...beside] = found.map((each) => ({ ...each, entry: "camera" }));
    if (first) give({ ...first, beside, begun_ms: at });
  };
  const keyed = (typed) => {
    // Keyboards of Chinese write digits and letters twice as wide.
    const text = typed.normalize("NFKC");
    const { takes = [], ways = [] } = runner.prompt ?? {};
    if (takes.includes("quantity") && /^\d{1,7}$/.test(text)) return give({ quantity: Number(text) });
    // Number keys choose among answers; the same number may be a code where nothing is to be chosen.
    if (ways.includes(text)) return give({ command: text });
    return take(text, {}, "", "keyed");
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
    try {
      parts.camera = await look(parts.video, seen, (frame) => decode(app, frame));
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
    const { activeElement } = document;
    const is_here = parts.box.contains(activeElement);
    replace(parts.box, stepParts(app, parts, acts));
    if (is_here && activeElement === parts.hand && activeElement.isConnected) activeElement.focus({ preventScroll: true });
    // What had the focus is gone: who uses keys goes on from the top of the screen.
    if (is_here && document.activeElement === document.body) app.main.focus({ preventScroll: true });
  };
  const acts = { give, keyed, toggleCamera, leave, attach };
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
  const said = [feedback, prompt, ...(prompt.notice ? [prompt.notice] : [])].map(stepText);
  return [...new Set(said)].join(". ");
}

/** Codes in a frame, read by the server. */
async function decode(app, frame) {
  const headers = { "content-type": "image/jpeg", authorization: `Bearer ${app.device.kept.session}` };
  const response = await fetch("/app/decode", { method: "POST", headers, body: frame });
  return response.ok ? (await response.json()).codes : [];
}
