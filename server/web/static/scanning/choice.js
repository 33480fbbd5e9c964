/** What a scan means when it may mean several things: asked, never guessed. */
import { keyOf } from "../equal.js";

/**
 * Narrow candidates by the task, then by what the place holds, as far as needed.
 *
 * The book may be wrong about either, so one that fits none of the candidates narrows nothing. A
 * single candidate is chosen whether it fits or not.
 * @template T
 * @param {T[]} candidates
 * @param {(candidate: T) => boolean} inTask
 * @param {(candidate: T) => boolean} atPlace
 * @returns {{candidates: T[], chosen: T | null}}
 */
export function choose(candidates, inTask, atPlace) {
  let left = [...new Map(candidates.map((each) => [keyOf(each), each])).values()];
  for (const fits of [inTask, atPlace]) {
    const fitting = left.length > 1 ? left.filter(fits) : left;
    if (fitting.length > 0 && fitting.length < left.length) left = fitting;
  }
  return { candidates: left, chosen: left.length === 1 ? left[0] : null };
}
