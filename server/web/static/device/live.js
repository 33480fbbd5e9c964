/**
 * Hints that a pull is worth while; SPEC.md, section 12.
 *
 * A hint is never data and may be lost: who listens polls as well. A stream that is silent for too
 * long is left, and asked for again.
 */
import { Doubt } from "./calls.js";

const SILENT_MS_MAX = 45_000;

/**
 * Listen until the stream ends or nothing has come for too long.
 * @param {import("./calls.js").Calls} calls
 * @param {(hint: {scope: string, n: number}) => void} hinted
 * @param {AbortSignal} signal
 */
export async function listen(calls, hinted, signal) {
  const silence = new AbortController();
  const stop = AbortSignal.any([signal, silence.signal]);
  const response = await calls.send("live?protocol=2", null, { method: "GET", withSession: true, signal: stop });
  if (!response.ok || !response.body) throw new Doubt(`http_${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let [rest, timer] = ["", 0];
  try {
    for (;;) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENT_MS_MAX);
      const { value, done } = await reader.read();
      if (done) return;
      const events = `${rest}${value}`.split("\n\n");
      rest = events.pop();
      for (const event of events) for (const hint of hintsOf(event)) hinted(hint);
    }
  } catch (error) {
    if (!signal.aborted) throw new Doubt("unreachable");
  } finally {
    clearTimeout(timer);
  }
}

function* hintsOf(event) {
  const lines = event.split("\n");
  if (!lines.includes("event: hint")) return;
  for (const line of lines.filter((each) => each.startsWith("data:"))) {
    try {
      yield JSON.parse(line.slice("data:".length));
    } catch {
      // Half a hint is no hint: polling finds what it was about.
    }
  }
}
