/**
 * Where a person stands in a workflow: a plain value that survives a battery swap.
 *
 * Store it in the transaction that stores the operations of its step; read again, the work goes on
 * at the very step. Every input that changed anything left a frame, by which undo goes back.
 */

/** How many inputs can be taken back. */
export const UNDO_MAX = 24;

/** The step that a person is at, before anything was scanned. */
export const NOW = Object.freeze({
  ...{ phase: "opening", state: "", slots: {}, line: null, tasks: [], goods: null, packs: [] },
  ...{ counted: 0, scans: [], began: null, approved_by: "", skipped: [], question: null, cycles: 0 },
});

/** A question in front of a state; a soft one is dropped by the next scan. */
export const questionOf = (told) => ({ fields: {}, hard: false, scan: null, counts: false, ...told });

/** An answer to a question, and what it sets off. */
export const answerOf = (told) => ({
  ...{ fields: {}, sets: {}, candidate: null, waived: [], does: "", value: "" },
  ...told,
});

/** One thing that a scan of goods may mean. */
export const candidateOf = (told) => ({
  ...{ meaning: null, lot: "", serial: "", expiry: "", units: 1 },
  ...told,
});

/**
 * A session that knows where the operations of its last step were written.
 *
 * Call it with the numbers that the device gave them, in order, before the session is stored; undo
 * takes them back by these numbers.
 * @param {Object} session
 * @param {{epoch: number, seq: number}[]} written
 */
export function recorded(session, written) {
  const last = session.history.at(-1);
  // After an undo what it took back has left the history.
  if (!written.length || !last || last.written.length || last.operations !== written.length)
    return session;
  return { ...session, history: [...session.history.slice(0, -1), { ...last, written }] };
}
