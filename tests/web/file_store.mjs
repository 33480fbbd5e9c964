// What a device keeps, in a file: the store of browsers for tests that have no browser.
import fs from "node:fs";

const keyOf = (...parts) => parts.join("\0");
const encode = (_, value) => {
  if (typeof value === "bigint") return { $bigint: value.toString() };
  return value instanceof Uint8Array ? { $bytes: Buffer.from(value).toString("base64") } : value;
};
const decode = (_, value) => {
  if (value?.$bigint !== undefined) return BigInt(value.$bigint);
  return value?.$bytes === undefined ? value : new Uint8Array(Buffer.from(value.$bytes, "base64"));
};
const NOTHING = { state: {}, lines: [], documents: [], files: [] };

/** The store of a folder: each change is written whole, and forced to the disk. */
export class FileStore {
  constructor(folder) {
    fs.mkdirSync(folder, { recursive: true });
    this.folder = fs.openSync(folder);
    this.file = `${folder}/state.json`;
    const told = fs.existsSync(this.file) ? JSON.parse(fs.readFileSync(this.file, "utf-8"), decode) : NOTHING;
    this.values = told.state;
    this.tables = {
      lines: new Map(told.lines.map((line) => [keyOf(line.epoch, line.seq), line])),
      documents: new Map(told.documents.map((each) => [keyOf(each.scope, each.key), each])),
      files: new Map(told.files.map((file) => [file.hash, file])),
    };
  }

  async state() {
    return { ...this.values };
  }

  async lines(wanted, first = 0, most = undefined) {
    return this.#lines(({ epoch, seq }) => epoch === wanted && seq >= first).slice(0, most);
  }

  async allLines() {
    return this.#lines(() => true);
  }

  async line(epoch, seq) {
    return this.tables.lines.get(keyOf(epoch, seq));
  }

  async documents(scope) {
    return [...this.tables.documents.values()].filter((each) => each.scope === scope);
  }

  async documentsNamed(scope, keys) {
    return (await this.documents(scope)).filter(({ key }) => keys.has(key));
  }

  async allDocuments() {
    return [...this.tables.documents.values()];
  }

  async files() {
    return [...this.tables.files.values()];
  }

  async commit(changes) {
    for (const [name, value] of Object.entries(changes.state ?? {}))
      if (value === undefined) delete this.values[name];
      else this.values[name] = value;
    for (const scope of changes.scopesGone ?? [])
      for (const each of await this.documents(scope)) this.tables.documents.delete(keyOf(scope, each.key));
    const keys = {
      lines: ({ epoch, seq }) => keyOf(epoch, seq),
      documents: ({ scope, key }) => keyOf(scope, key),
      files: ({ hash }) => hash,
    };
    for (const [name, key] of Object.entries(keys)) {
      for (const gone of changes[`${name}Gone`] ?? []) this.tables[name].delete([gone].flat().join("\0"));
      for (const value of changes[name] ?? []) this.tables[name].set(key(value), value);
    }
    this.#save();
  }

  async wipe(state) {
    this.values = state;
    for (const table of Object.values(this.tables)) table.clear();
    this.#save();
  }

  #lines(wanted) {
    const found = [...this.tables.lines.values()].filter(wanted);
    return found.sort((one, other) => one.epoch - other.epoch || one.seq - other.seq);
  }

  #save() {
    const told = Object.entries(this.tables).map(([name, table]) => [name, [...table.values()]]);
    const text = JSON.stringify({ state: this.values, ...Object.fromEntries(told) }, encode);
    fs.writeFileSync(`${this.file}.new`, text, { flush: true, mode: 0o600 });
    fs.renameSync(`${this.file}.new`, this.file);
    fs.fsyncSync(this.folder);
  }
}
