/**
 * Scans from a reader that types: anywhere on the page, with a final key or without one.
 *
 * A reader types faster than a person: what comes in one burst is a scan, what comes slowly was keyed.
 * In a field that is marked `data-scan` keys stand as ever, and a burst is taken out of it again; other
 * fields keep what is typed into them. A keyboard that composes (Chinese, or the words of a phone) tells no
 * keys but what it made of them: that is a scan only if it came as fast as a reader types.
 */

/** Milliseconds between two keys of a reader. */
const BURST_GAP_MS_MAX = 45;
/** Silence after which a burst without a final key is whole. */
const SILENCE_MS = 90;
const BURST_CHARACTERS_MIN = 4;
/** With a final key at the same pace, fewer are a scan too. */
const ENDED_CHARACTERS_MIN = 3;
const FINAL = new Set(["Enter", "Tab"]);
const CHARACTERS_MAX = 12_000;
const SEPARATOR = "\x1d";

/** Keys of a page as scans and texts. */
export class Wedge {
  #text = "";
  #first_ms = 0;
  #last_ms = 0;
  #gap_ms_max = 0;
  #timer = 0;
  #field = null;
  #composed = null;

  /**
   * @param {Object} given
   * @param {(text: string, at_ms: number) => void} given.scanned
   * @param {(text: string) => void} given.keyed What was keyed, with a final key behind it.
   * @param {(text: string) => void} given.typed What was keyed so far.
   */
  constructor({ scanned, keyed, typed }) {
    Object.assign(this, { scanned, keyed, typed });
  }

  /** Listen to a page until the answer is called. */
  listen(target = document) {
    const heard = {
      keydown: (event) => this.#key(event),
      input: (event) => this.#filled(event),
      compositionstart: (event) => this.#composing(event),
      compositionend: (event) => this.#made(event),
    };
    for (const [kind, listener] of Object.entries(heard)) target.addEventListener(kind, listener);
    return () => {
      clearTimeout(this.#timer);
      for (const [kind, listener] of Object.entries(heard)) target.removeEventListener(kind, listener);
    };
  }

  #key(event) {
    // The key belongs to what is being composed; Enter ends that, and nothing else.
    if (event.isComposing) return;
    const field = event.target.closest?.("input, textarea, select, dialog") ?? null;
    if (field && !field.matches("[data-scan]")) return;
    if (field !== this.#field) this.#flush(false);
    this.#field = field;
    if (FINAL.has(event.key)) {
      const is_burst = this.#isBurst(event.timeStamp);
      if (!this.#text || (field && !is_burst)) this.#text = "";
      else {
        event.preventDefault();
        this.#flush(true, is_burst);
      }
    } else if (event.key === "Backspace") this.#text = this.#shorter();
    else this.#character(event, characterOf(event));
  }

  #shorter() {
    const text = this.#text.slice(0, -1);
    if (!this.#field) this.typed(text);
    return text;
  }

  #character(event, character) {
    // A space alone presses the button that has the focus.
    if (!character || (character === " " && !this.#text)) return;
    const at = event.timeStamp;
    if (!this.#field || character === SEPARATOR) event.preventDefault();
    // In a field, what was keyed slowly before is not of the burst.
    if (this.#field && at - this.#last_ms > BURST_GAP_MS_MAX) this.#text = "";
    if (this.#text) this.#gap_ms_max = Math.max(this.#gap_ms_max, at - this.#last_ms);
    else [this.#first_ms, this.#gap_ms_max] = [at, 0];
    this.#last_ms = at;
    if (this.#text.length < CHARACTERS_MAX) this.#text += character;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(false), SILENCE_MS);
  }

  /** A reader of Android may put a whole code into the field at once. */
  #filled({ target, data, inputType, timeStamp }) {
    // What is composed comes anew with every letter: only its end tells how fast it was.
    const is_whole = inputType === "insertText" && !this.#composed;
    if (is_whole && target.matches?.("[data-scan]")) this.#burst(target, data ?? "", timeStamp);
  }

  #composing({ target, timeStamp }) {
    if (target.matches?.("[data-scan]")) this.#composed = { at: timeStamp };
  }

  #made({ target, data, timeStamp }) {
    const { at } = this.#composed ?? {};
    this.#composed = null;
    const is_fast = at !== undefined && timeStamp - at <= data.length * BURST_GAP_MS_MAX;
    if (is_fast) this.#burst(target, data, at);
  }

  /** Take a whole code out of a field again. */
  #burst(field, text, at) {
    if (text.length < BURST_CHARACTERS_MIN || !field.value.endsWith(text)) return;
    field.value = field.value.slice(0, -text.length);
    this.scanned(text, at, "field");
  }

  #isBurst(ended = Number.POSITIVE_INFINITY) {
    const least = ended - this.#last_ms <= BURST_GAP_MS_MAX ? ENDED_CHARACTERS_MIN : BURST_CHARACTERS_MIN;
    return this.#text.length >= least && this.#gap_ms_max <= BURST_GAP_MS_MAX;
  }

  #flush(is_final, is_burst = this.#isBurst()) {
    clearTimeout(this.#timer);
    const [text, field] = [this.#text, this.#field];
    if (is_burst) {
      this.#text = "";
      const seen = text.replaceAll(SEPARATOR, "");
      if (field?.value.endsWith(seen)) field.value = field.value.slice(0, -seen.length);
      this.typed("");
      this.scanned(text, this.#first_ms, "keys");
    } else if (field) this.#text = "";
    else if (is_final) {
      this.#text = "";
      this.typed("");
      this.keyed(text);
    } else this.typed(text);
  }
}

function characterOf({ key, ctrlKey, metaKey, altKey }) {
  // Readers send the separator of GS1 fields as control and a closing bracket, or as F8.
  if ((ctrlKey && key === "]") || key === "F8") return SEPARATOR;
  if (ctrlKey || metaKey || altKey) return "";
  return key.length === 1 ? key : "";
}
