/** Amounts of money as people read them; everywhere else they are whole smallest units. */

const NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" ");
const THREE = "BHD IQD JOD KWD LYD OMR TND".split(" ");

/** Digits behind the point of a currency. @param {string} currency Its ISO 4217 code. */
const decimalsOf = (currency) => (NONE.includes(currency) ? 0 : THREE.includes(currency) ? 3 : 2);

/** An amount in its currency. @param {number} minor In the smallest unit. */
export function amountText(minor, currency) {
  const digits = decimalsOf(currency);
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  const behind = digits ? `.${text.slice(-digits)}` : "";
  return `${minor < 0 ? "-" : ""}${text.slice(0, text.length - digits)}${behind} ${currency}`;
}

/**
 * The smallest units that an amount stands for which somebody typed; null if it can't be one.
 * @param {string} text With a point or a comma, or whole.
 */
export function minorOf(text, currency) {
  const digits = decimalsOf(currency);
  const [, whole, behind = ""] = /^(\d{1,12})(?:[.,](\d*))?$/.exec(text.trim()) ?? [];
  return whole === undefined || behind.length > digits ? null : Number(whole + behind.padEnd(digits, "0"));
}
