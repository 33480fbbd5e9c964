/** Right and wrong, to be heard and felt; a screen says both in words and shape as well. */

// Hertz and milliseconds, one after the other.
const TUNES = {
  ok: [[1_760, 70]],
  note: [[1_320, 70], [1_760, 70]],
  warn: [[988, 90], [988, 90], [1_320, 90]],
  ask: [[660, 110], [880, 110]],
  error: [[196, 320]],
};
const SHAKES = { ok: [30], note: [30, 40, 30], warn: [60, 40, 60], ask: [80, 60, 80], error: [250, 80, 250] };

let context = null;

/** Beep and shake. @param {"ok"|"note"|"warn"|"ask"|"error"} tone */
export function signal(tone) {
  navigator.vibrate?.(SHAKES[tone] ?? []);
  try {
    context ??= new AudioContext();
    let at = context.currentTime;
    for (const [hertz, ms] of TUNES[tone] ?? []) {
      const oscillator = context.createOscillator();
      const gain = context.createGain();
      oscillator.type = tone === "error" ? "sawtooth" : "square";
      oscillator.frequency.value = hertz;
      gain.gain.setValueAtTime(0.15, at);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(at);
      at += ms / 1_000;
      oscillator.stop(at);
    }
  } catch {
    // Without sound there is still the screen.
  }
}
