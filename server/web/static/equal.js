/** Values compared by what they hold. */

/** A text that is the same for values that hold the same; members that are undefined don't count. */
export function keyOf(value) {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(keyOf).join(",")}]`;
  const names = Object.keys(value).filter((name) => value[name] !== undefined).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${keyOf(value[name])}`).join(",")}}`;
}

/** Whether two values hold the same. */
export const equal = (one, other) => one === other || keyOf(one) === keyOf(other);
