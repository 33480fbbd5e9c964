/**
 * What a device keeps, in IndexedDB: all of a change or nothing, and on the disk when it is answered.
 *
 * Four tables: `state` (by name), `lines` (by epoch and number), `documents` (by scope and shelf, see
 * shelves.js) and `files` (by hash: pictures and texts that lines name).
 */
import { arrange, shelvesOf, taken } from "./shelves.js";

const VERSION = 1;
const TABLES = {
  state: null,
  lines: ["epoch", "seq"],
  documents: ["scope", "shelf"],
  files: "hash",
};

/** An answer of IndexedDB as a promise. @param {IDBRequest} request */
const answered = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Open the store of this browser; it is made where there is none. @param {string} name */
export async function openStore(name = "totebook") {
  const request = indexedDB.open(name, VERSION);
  request.onupgradeneeded = () => {
    for (const [table, keyPath] of Object.entries(TABLES))
      if (!request.result.objectStoreNames.contains(table))
        request.result.createObjectStore(table, keyPath ? { keyPath } : undefined);
  };
  const database = await answered(request);
  // Another tab brings a newer version of the app: it must not wait for this one.
  database.onversionchange = () => database.close();
  return new Store(database);
}

/** A range of all keys that begin with these parts. */
const under = (...parts) => IDBKeyRange.bound(parts, [...parts, []]);

/** Ask a transaction for changes. */
function asked(transaction, changes) {
  const table = (name) => transaction.objectStore(name);
  for (const [name, value] of Object.entries(changes.state ?? {}))
    if (value === undefined) table("state").delete(name);
    else table("state").put(value, name);
  for (const scope of changes.scopesGone ?? []) table("documents").delete(under(scope));
  arrange(table("documents"), changes.documentsGone ?? [], changes.documents ?? []);
  for (const name of ["lines", "files"]) {
    for (const key of changes[`${name}Gone`] ?? []) table(name).delete(key);
    for (const value of changes[name] ?? []) table(name).put(value);
  }
}

/** The open store. */
export class Store {
  #database;

  /** @param {IDBDatabase} database */
  constructor(database) {
    this.#database = database;
  }

  /** Everything in `state` as one object. */
  async state() {
    const table = this.#table("state");
    const [names, values] = await Promise.all([answered(table.getAllKeys()), answered(table.getAll())]);
    return Object.fromEntries(names.map((name, at) => [name, values[at]]));
  }

  /** The lines of an epoch from a number on, in order. */
  lines(epoch, first = 0, most = undefined) {
    const range = IDBKeyRange.bound([epoch, first], [epoch, []]);
    return answered(this.#table("lines").getAll(range, most));
  }

  /** All lines, in order. */
  allLines() {
    return answered(this.#table("lines").getAll());
  }

  /** A line, or undefined. */
  line(epoch, seq) {
    return answered(this.#table("lines").get([epoch, seq]));
  }

  /** The documents of a scope. */
  async documents(scope) {
    return taken(await answered(this.#table("documents").getAll(under(scope))));
  }

  /** The documents of a scope that have these keys, as far as they are held. @param {Set<string>} keys */
  async documentsNamed(scope, keys) {
    const table = this.#table("documents");
    const found = await Promise.all(shelvesOf(scope, keys).map((place) => answered(table.get(place))));
    return taken(found.filter(Boolean)).filter(({ key }) => keys.has(key));
  }

  /** All documents. */
  async allDocuments() {
    return taken(await answered(this.#table("documents").getAll()));
  }

  /** All files that are still to be sent. */
  files() {
    return answered(this.#table("files").getAll());
  }

  /**
   * Change what is kept, all of it or nothing; it is on the disk when this is answered.
   * @param {Object} changes
   * @param {Object<string, *>} [changes.state] Values by name; undefined takes one away.
   * @param {Object[]} [changes.lines]
   * @param {[number, number][]} [changes.linesGone]
   * @param {string[]} [changes.scopesGone] Scopes all of whose documents go, before any is put.
   * @param {Object[]} [changes.documents]
   * @param {[string, string][]} [changes.documentsGone]
   * @param {Object[]} [changes.files]
   * @param {string[]} [changes.filesGone]
   */
  commit(changes) {
    const transaction = this.#database.transaction(Object.keys(TABLES), "readwrite", {
      durability: "strict",
    });
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error("store.aborted"));
    });
    try {
      asked(transaction, changes);
    } catch (error) {
      // What was asked before it must not be kept without it.
      done.catch(() => {});
      transaction.abort();
      return Promise.reject(error);
    }
    return done;
  }

  /** Keep nothing more: another page is the device now. */
  close() {
    this.#database.close();
  }

  /** Erase everything, and begin with these values of `state`. */
  async wipe(state) {
    const transaction = this.#database.transaction(Object.keys(TABLES), "readwrite", {
      durability: "strict",
    });
    for (const name of Object.keys(TABLES)) transaction.objectStore(name).clear();
    for (const [name, value] of Object.entries(state)) transaction.objectStore("state").put(value, name);
    await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
  }

  #table(name) {
    return this.#database.transaction(name).objectStore(name);
  }
}
