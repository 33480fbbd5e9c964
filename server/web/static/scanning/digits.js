/** Check digits; sections of the GS1 General Specifications. */

/**
 * The check digit that belongs behind digits (7.9.1).
 * @param {string} digits
 * @returns {string}
 */
export function checkDigit(digits) {
  let total = 0;
  // From the right, places count three times and once in turn.
  for (let at = digits.length - 1, times = 3; at >= 0; at -= 1, times = 4 - times)
    total += times * Number(digits[at]);
  return String((10 - (total % 10)) % 10);
}

/** Whether the last digit is the check digit of those before it. @param {string} digits */
export const hasCheckDigit = (digits) => checkDigit(digits.slice(0, -1)) === digits.at(-1);
