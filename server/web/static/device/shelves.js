/**
 * Where documents lie in the store: neighbours by key together, up to a hundred on a shelf.
 *
 * A browser reads few large records six times as fast as many small ones, and a device reads all its
 * documents whenever the app starts. Numbers in keys are given in order, so that a page of the feed
 * touches few shelves.
 */

/** The shelf of a document: its key without the last two characters of what stands behind the kind. */
const shelfOf = (key) => key.slice(0, Math.max(key.indexOf("/") + 1, key.length - 2));

/** What lies on a shelf, as documents. */
const unpacked = ({ scope, documents }) => documents.map((document) => ({ scope, ...document }));

/** What lies on shelves, as documents. */
export const taken = (shelves) => shelves.flatMap(unpacked);

/** The keys of the shelves on which documents of a scope lie. @param {Iterable<string>} keys */
export const shelvesOf = (scope, keys) => [...new Set([...keys].map(shelfOf))].map((shelf) => [scope, shelf]);

/**
 * Take documents off their shelves and put others there, within the table's transaction.
 * @param {IDBObjectStore} table
 * @param {[string, string][]} gone Scopes and keys.
 * @param {{scope: string, key: string, version: number, body: string}[]} documents
 */
export function arrange(table, gone, documents) {
  const changes = new Map();
  const changeOf = (scope, key) => {
    const name = JSON.stringify([scope, shelfOf(key)]);
    if (!changes.has(name)) changes.set(name, { place: [scope, shelfOf(key)], documents: new Map() });
    return changes.get(name).documents;
  };
  for (const [scope, key] of gone) changeOf(scope, key).set(key, null);
  for (const { scope, ...document } of documents) changeOf(scope, document.key).set(document.key, document);
  for (const { place, documents: changed } of changes.values())
    table.get(place).onsuccess = ({ target }) => {
      const kept = (target.result?.documents ?? []).filter(({ key }) => !changed.has(key));
      const after = [...kept, ...[...changed.values()].filter(Boolean)];
      if (after.length) table.put({ scope: place[0], shelf: place[1], documents: after });
      else table.delete(place);
    };
}
