/**
 * The documents that a device follows, each scope with its cursor and its sum; SPEC.md, 10 and 11.
 *
 * Sums are kept with the documents, so a page costs what it brings. `held` is the same in memory, by
 * code and parent, for who scans.
 */
import { bucketOf, documentHash, sumText } from "./wire.js";

/** What is held of the feed. */
export class Replica {
  #store;

  /**
   * @param {import("./store.js").Store} store
   * @param {import("../workflow/held.js").HeldDocuments} held
   */
  constructor(store, held) {
    Object.assign(this, { scopes: {}, alarms: 0, held });
    this.#store = store;
  }

  /** Read what the store holds. */
  async open({ scopes = {}, alarms = 0 }) {
    Object.assign(this, { scopes, alarms });
    for (const { scope, key, version, body } of await this.#store.allDocuments())
      this.held.put(scope, key, version, body);
  }

  /** The cursors to ask from. */
  get cursors() {
    return Object.fromEntries(Object.entries(this.scopes).map(([scope, { cursor }]) => [scope, cursor]));
  }

  /**
   * Take a page, whole or not at all; tell whether its scope is good.
   * @param {boolean} is_first Whether no cursor was sent for it.
   */
  async take(page, generation, is_first) {
    const { scope, cursor = 0, documents = [], restart = false, checkpoint } = page;
    const is_anew = restart || is_first;
    const before = await this.#versions(scope, documents, is_anew);
    const change = await changed(scope, documents, before);
    const old = is_anew ? { count: 0, sum: 0n } : this.scopes[scope] ?? { count: 0, sum: 0n };
    const after = { count: old.count + change.count, sum: BigInt.asUintN(128, old.sum + change.sum) };
    const { n = cursor, hash = "", count = 0, sum } = checkpoint ?? {};
    const is_good = !checkpoint || (after.count === count && sumText(after.sum) === sum);
    const next = { ...after, cursor: { n, generation, hash } };
    if (!is_good) this.alarms += 1;
    // What is not equal is held on to without a cursor that would call it good, until it is mended.
    const scopes = { ...this.scopes, [scope]: is_good ? next : { ...after, cursor: { n: 0, generation: 0, hash: "" } } };
    await this.#store.commit({
      scopesGone: is_anew ? [scope] : [],
      documents: change.put.map((document) => ({ scope, ...document })),
      documentsGone: change.gone.map((key) => [scope, key]),
      state: { scopes, alarms: this.alarms },
    });
    this.scopes = scopes;
    if (is_anew) this.held.drop(scope);
    for (const key of change.gone) this.held.remove(scope, key);
    for (const { key, version, body } of change.put) this.held.put(scope, key, version, body);
    return is_good;
  }

  async #versions(scope, documents, is_anew) {
    if (is_anew) return new Map();
    const held = await this.#store.documentsNamed(scope, new Set(documents.map(({ key }) => key)));
    return new Map(held.map((document) => [document.key, document]));
  }

  /** Forget a scope that is not this device's any more, or that must start again. */
  async forget(scope) {
    const { [scope]: _, ...scopes } = this.scopes;
    await this.#store.commit({ scopesGone: [scope], state: { scopes } });
    this.scopes = scopes;
    this.held.drop(scope);
  }

  /** The sums of a scope's buckets, one after the other. */
  async buckets(scope) {
    const sums = Array.from({ length: 256 }, () => 0n);
    for (const document of await this.#store.documents(scope))
      sums[await bucketOf(document.key)] += await documentHash(scope, document);
    return sums.map(sumText).join("");
  }

  /** Put the documents of some buckets in place of those that are held; tell whether it is good now. */
  async repair({ scope, documents = [], checkpoint, restart = false }, buckets, generation) {
    if (restart || !checkpoint) return false;
    const bad = new Set(buckets);
    const held = await this.#store.documents(scope);
    const places = await Promise.all(held.map(({ key }) => bucketOf(key)));
    const gone = held.filter((_, at) => bad.has(places[at])).map(({ key }) => key);
    const kept = held.filter((_, at) => !bad.has(places[at]));
    const put = documents.map(({ key, version = 0, body }) => ({ key, version, body }));
    const hashes = await Promise.all([...kept, ...put].map((document) => documentHash(scope, document)));
    const sum = BigInt.asUintN(128, hashes.reduce((one, other) => one + other, 0n));
    const { n, hash, count = 0 } = checkpoint;
    if (hashes.length !== count || sumText(sum) !== checkpoint.sum) return false;
    const scopes = { ...this.scopes, [scope]: { count, sum, cursor: { n, generation, hash } } };
    const documentsGone = gone.map((key) => [scope, key]);
    await this.#store.commit({ documentsGone, documents: put.map((each) => ({ scope, ...each })), state: { scopes } });
    this.scopes = scopes;
    for (const key of gone) this.held.remove(scope, key);
    for (const { key, version, body } of put) this.held.put(scope, key, version, body);
    return true;
  }

  /** What is really held, computed anew: by scope the cursor, count and sum. */
  async audited() {
    const told = {};
    for (const [scope, { cursor }] of Object.entries(this.scopes)) {
      const documents = await this.#store.documents(scope);
      const hashes = await Promise.all(documents.map((document) => documentHash(scope, document)));
      const sum = sumText(hashes.reduce((one, other) => one + other, 0n));
      told[scope] = { n: cursor.n, count: documents.length, sum };
    }
    return told;
  }
}

/** What documents change: those to put and those that go, and what that does to count and sum. */
async function changed(scope, documents, before) {
  const latest = new Map(before);
  for (const { key, version = 0, body } of documents) {
    if (latest.get(key)?.version >= version) continue;
    latest.set(key, body ? { key, version, body } : null);
  }
  const keys = [...latest.keys()].filter((key) => latest.get(key) !== before.get(key));
  const put = keys.map((key) => latest.get(key)).filter(Boolean);
  const gone = keys.filter((key) => !latest.get(key) && before.has(key));
  const left = keys.map((key) => before.get(key)).filter(Boolean);
  const hashed = (some) => Promise.all(some.map((document) => documentHash(scope, document)));
  const [added, taken] = await Promise.all([hashed(put), hashed(left)]);
  const total = (hashes) => hashes.reduce((one, other) => one + other, 0n);
  return { put, gone, count: put.length - left.length, sum: total(added) - total(taken) };
}
