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
