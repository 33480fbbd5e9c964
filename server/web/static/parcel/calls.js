/** Calls of an order's page: the token of the link says which order, and no cookie goes with it. */

const SIDE_PIXELS_MAX = 2_048;

/** What the server answered instead of what was asked: a problem of RFC 9457. */
export class PageProblem extends Error {
  /** @param {Object} problem */
  constructor(problem) {
    super(problem.detail || problem.code || "");
    Object.assign(this, { status: 0, code: "unreachable", reason: "" }, problem);
  }
}

/** The token behind the mark of the address; browsers send it to nobody by themselves. */
export const token = () => globalThis.location.hash.slice(1);

/**
 * Ask the server; throws `PageProblem`.
 * @param {string} path
 * @param {Object|Blob} [body] What is sent, if anything.
 */
export async function ask(path, body = undefined) {
  const headers = { authorization: `Bearer ${encodeURIComponent(token())}`, accept: "application/json" };
  const request = { headers, credentials: "omit", redirect: "error", cache: "no-store" };
  if (body !== undefined) {
    const is_picture = body instanceof Blob;
    request.method = "POST";
    request.body = is_picture ? body : JSON.stringify(body);
    headers["content-type"] = is_picture ? "application/octet-stream" : "application/json";
  }
  let told = null;
  let response;
  try {
    response = await fetch(`/consumer/v1/${path}`, request);
    told = await response.json();
  } catch {
    // A captive portal's page, half an answer or none at all: nobody knows what was heard.
    throw new PageProblem({});
  }
  if (!response.ok) throw new PageProblem({ ...told, status: response.status });
  return told;
}

/** A name for something that is said, the same however often it is sent. */
export const newName = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), hexadecimal).join("");

const hexadecimal = (byte) => byte.toString(16).padStart(2, "0");

/** A picture in a size that a radio carries; one that this browser can't read goes as it is. */
export async function shrunk(file) {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE_PIXELS_MAX / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const made = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.8));
    return made ?? file;
  } catch {
    return file;
  }
}
