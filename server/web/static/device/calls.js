/** One call to the server, signed; and what an answer means for the device; SPEC.md, sections 3 and 20. */
import { parsed, callText, packed } from "./wire.js";
import { utf8 } from "./bytes.js";

const JSON_TYPE = "application/json";

/** What ends a call: the device keeps everything and tells. */
export class Problem extends Error {
  /**
   * @param {string} code
   * @param {Object} [more]
   */
  constructor(code, { status = 0, wait_ms = 0, answer = null } = {}) {
    super(code);
    Object.assign(this, { code, status, wait_ms, answer });
  }
}

/** No answer that can be believed: wait, and begin with hello. */
export class Doubt extends Problem {}

/** Calls of one device. */
export class Calls {
  /**
   * @param {Object} given
   * @param {() => string} given.url Origin of the server; empty is that of the page.
   * @param {(text: string) => Promise<string>} given.sign
   * @param {() => number} given.device
   * @param {() => ?string} given.session
   * @param {typeof fetch} given.fetch
   * @param {number} given.wait_ms_max How long an answer may take.
   */
  constructor({ url, sign, device, session, fetch, wait_ms_max = 30_000 }) {
    Object.assign(this, { url, sign, device, session, fetch, wait_ms_max });
  }

  /**
   * Ask, and answer what was told if it fits.
   * @param {string} name
   * @param {Object|Uint8Array} body
   * @param {(answer: Object) => boolean} fits Whether it is this call's answer at all.
   * @param {Object} [how] `method`, `headers`, `withSession`, `isPacked`, `signed`.
   */
  async ask(name, body, fits, how = {}) {
    const response = await this.send(name, body, how);
    const answer = await response.text().then(parsed).catch(() => null);
    const object = typeof answer === "object" ? answer : null;
    if (response.ok && object && fits(object)) return object;
    throw problemOf(response, object, Boolean(how.withSession));
  }

  /** Send a call; throws `Doubt` where nothing comes back. */
  async send(name, body, { method = "POST", headers = {}, withSession = false, isPacked = false, ...how } = {}) {
    let bytes = body instanceof Uint8Array ? body : utf8(body === null ? "" : JSON.stringify(body));
    if (isPacked) bytes = await packed(bytes);
    const target = `/device/v1/${name}`;
    const said = { "content-type": JSON_TYPE, ...headers };
    if (isPacked) said["content-encoding"] = "gzip";
    if (how.signed !== false) {
      const sign = how.sign ?? this.sign;
      said["totebook-signature"] = `${this.device()}:${await sign(await callText(method, target, bytes))}`;
    }
    if (withSession) said.authorization = `Bearer ${this.session()}`;
    const signal = how.signal ?? AbortSignal.timeout(how.wait_ms ?? this.wait_ms_max);
    const request = { method, headers: said, redirect: "manual", cache: "no-store", credentials: "omit", signal };
    if (method !== "GET") request.body = bytes;
    try {
      return await this.fetch(`${this.url()}${target}`, request);
    } catch {
      throw new Doubt("unreachable");
    }
  }
}

function problemOf(response, answer, is_with_session) {
  const { status } = response;
  const code = answer?.code ?? (response.ok ? "unreadable" : `http_${status}`);
  const is_of_stream = [400, 409].includes(status) && `${code}`.startsWith("sync.");
  const is_doubt = status < 400 || status >= 500 || [413, 429].includes(status) || is_of_stream;
  const wait_ms = 1_000 * Number(response.headers.get("retry-after")) || 0;
  const meant = status === 401 && is_with_session ? "session_ended" : code;
  return new (is_doubt ? Doubt : Problem)(`${meant}`, { status, wait_ms, answer });
}
