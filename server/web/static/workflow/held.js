/**
 * Documents of a device's replica, found by key, code and parent: an index in memory.
 *
 * It is built when the app starts and follows the pages that were taken. Documents are kept as
 * objects; one that can't be read, as a newer server may write it, is found by nobody.
 */

const STAFF = "STAFF-";
/** Kinds of tasks that ask for a place to be counted. */
export const COUNTS = ["count", "recount"];
const OF_ROUND = new Set(["parcel", "stop"]);
const badgeCodes = (badge) => (badge ? [badge, STAFF + badge] : []);
// By which codes, and under which parent, a document is found. Nobody looks for others so.
const INDEXES = {
  place: ({ code }) => ({ codes: [code] }),
  item: ({ codes = [] }) => ({ codes: codes.map(({ code }) => code) }),
  parcel: ({ code }) => ({ codes: [code] }),
  task: ({ kind, place }) => ({ codes: place && COUNTS.includes(kind) ? [place] : [], parent: kind }),
  shipment: ({ totes = [] }) => ({ codes: totes }),
  actor: ({ badge }) => ({ codes: badgeCodes(badge) }),
  round: ({ van }) => ({ parent: van }),
  announced: ({ number }) => ({ parent: number }),
};
// Kinds of which some have a parent; of others none has.
const PARENTS = new Set(["task", "round", "announced", ...OF_ROUND]);
const kindOf = (key) => key.slice(0, key.indexOf("/"));

/**
 * Keys by name. Most names have one key, and there are many: a set is made where there are more.
 */
class Names {
  #names = new Map();

  add(name, key) {
    const held = this.#names.get(name);
    if (held === undefined) this.#names.set(name, key);
    else if (held instanceof Set) held.add(key);
    else if (held !== key) this.#names.set(name, new Set([held, key]));
  }

  remove(name, key) {
    const held = this.#names.get(name);
    if (held === key) this.#names.delete(name);
    else if (held instanceof Set && held.delete(key) && !held.size) this.#names.delete(name);
  }

  get size() {
    return this.#names.size;
  }

  /** The keys of a name, in order. */
  of(name) {
    const held = this.#names.get(name) ?? [];
    return held instanceof Set ? [...held].sort() : [held].flat();
  }
}

/** What a replica holds. */
export class HeldDocuments {
  #held = new Map(); // By key: a document of each scope, as { scope, version, body }.
  #coded = new Map(); // By kind: keys by code.
  #listed = new Names();
  #kinds = new Names();

  /** Hold a document of a scope, in place of an older one. @param {string} body JSON */
  put(scope, key, version, body) {
    const held = { scope, version, body: readable(body) };
    const before = this.#held.get(key);
    if (before) {
      this.#unlink(key);
      const is_there = before.some((each) => each.scope === scope);
      const after = before.map((each) => (each.scope === scope ? held : each));
      this.#held.set(key, is_there ? after : [...before, held]);
    } else this.#held.set(key, [held]);
    this.#link(key);
  }

  /** Let go of a document of a scope. */
  remove(scope, key) {
    const before = this.#held.get(key);
    if (!before) return;
    this.#unlink(key);
    const left = before.filter((each) => each.scope !== scope);
    if (left.length) this.#held.set(key, left);
    else this.#held.delete(key);
    if (left.length) this.#link(key);
  }

  /** Let go of a whole scope. */
  drop(scope) {
    for (const [key, held] of [...this.#held]) if (held.some((each) => each.scope === scope)) this.remove(scope, key);
  }

  /** All documents of a kind, by key. */
  all(kind) {
    return this.#bodies(this.#kinds, kind);
  }

  /** The documents of a kind in a scope, with key and version; the body is null where it can't be read. */
  versions(kind, scope) {
    return this.#kinds.of(kind).flatMap((key) =>
      (this.#held.get(key) ?? []).filter((each) => each.scope === scope).map((each) => ({ key, ...each })),
    );
  }

  /** How many documents there are. */
  get size() {
    return this.#held.size;
  }

  /** A document by its key; of several scopes the latest: a place may move between zones. */
  body(key) {
    let latest = null;
    for (const each of this.#held.get(key) ?? [])
      if (!latest || each.version > latest.version) latest = each;
    return latest?.body ?? null;
  }

  /** The documents of a kind to which a scannable code belongs, by key. */
  coded(kind, code) {
    const names = this.#coded.get(kind);
    return names ? this.#bodies(names, code) : [];
  }

  /** The documents of a kind under a parent, by key. The parent of a parcel is `round/81`. */
  listed(kind, parent) {
    if (PARENTS.has(kind)) return this.#bodies(this.#listed, `${kind}\0${parent}`);
    return parent === "" ? this.all(kind) : [];
  }

  #bodies(names, name) {
    return names.of(name).map((key) => this.body(key)).filter(Boolean);
  }

  #codesOf(kind) {
    const names = this.#coded.get(kind) ?? new Names();
    if (!names.size) this.#coded.set(kind, names);
    return names;
  }

  #link(key) {
    this.#kinds.add(kindOf(key), key);
    this.#each(key, (names, name) => names.add(name, key));
  }

  #unlink(key) {
    this.#kinds.remove(kindOf(key), key);
    this.#each(key, (names, name) => names.remove(name, key));
  }

  #each(key, change) {
    const kind = kindOf(key);
    const latest = this.body(key);
    // A parcel may stand on a round and at the benches: it is listed under both.
    for (const { scope } of this.#held.get(key)) {
      const { codes, parent } = latest ? found(scope, kind, latest) : { codes: [], parent: "" };
      for (const code of codes) change(this.#codesOf(kind), code);
      if (PARENTS.has(kind)) change(this.#listed, `${kind}\0${parent}`);
    }
  }
}

function found(scope, kind, body) {
  const { codes = [], parent = "" } = INDEXES[kind]?.(body) ?? {};
  return { codes, parent: OF_ROUND.has(kind) ? scope.slice(scope.indexOf("/") + 1) : parent };
}

function readable(body) {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
