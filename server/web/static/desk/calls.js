/** Calls of a desk's page: the session is a cookie, and what changes something says whose page it is. */

import { t } from "../say.js";
import { hasText } from "../workflow/texts.js";

/** What the server answered instead of what was asked: a problem of RFC 9457, in the person's language. */
export class DeskProblem extends Error {
  /** @param {Object} problem */
  constructor(problem) {
    const detail = problem.detail || problem.title || problem.code || "";
    // Why a lane refused says more than that it did.
    const codes = [problem.reason, problem.code ?? "unreachable"];
    const key = codes.map((code) => `desk.problem.${code}`).find(hasText);
    super(key ? t(key, { detail }) : detail);
    Object.assign(this, { status: 0, code: "unreachable", errors: [] }, problem);
  }
}

/** Ask the server; throws `DeskProblem`. @param {string} address @param {Object} [given] */
export async function ask(address, { method = "GET", body = undefined, query = {}, headers = {}, raw = false } = {}) {
  const words = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const target = words.length ? `${address}?${new URLSearchParams(words)}` : address;
  const said = { accept: "application/json", ...headers };
  if (method !== "GET") said["x-totebook-page"] = "1";
  const is_json = body !== undefined && !(body instanceof Blob) && !(body instanceof FormData);
  if (is_json) said["content-type"] = "application/json";
  const request = { method, headers: said, credentials: "same-origin", redirect: "error", cache: "no-store" };
  if (body !== undefined) request.body = is_json ? JSON.stringify(body) : body;
  let response;
  try {
    response = await fetch(target, request);
  } catch {
    throw new DeskProblem({});
  }
  if (raw && response.ok) return response;
  const text = await response.text();
  const told = readable(text);
  if (!response.ok) throw new DeskProblem({ status: response.status, code: `http_${response.status}`, ...told });
  // A hotel's page is no answer, whatever its status says.
  if (text && told === null) throw new DeskProblem({ code: "unreadable" });
  return told;
}

function readable(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** All rows of a list that comes in pages, at most so many. */
export async function rowsOf(address, query = {}, most = 1_000) {
  const rows = [];
  let after = undefined;
  do {
    const page = await ask(address, { query: { limit: Math.min(200, most - rows.length), ...query, after } });
    rows.push(...(page.rows ?? page.items ?? []));
    after = page.next;
  } while (after !== undefined && after !== null && rows.length < most);
  return rows;
}
