/** Days by the wall clock of the device, `YYYY-MM-DD`: what a form takes and a line says. */

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The day so many days from today. @param {number} days @returns {string} */
export function dayAfter(days) {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * MINUTE_MS + days * DAY_MS).toISOString().slice(0, 10);
}

/** @returns {string} */
export const today = () => dayAfter(0);
