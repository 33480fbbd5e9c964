/** Pictures, signatures and texts that lines name by salted hash; SPEC.md, section 13. */
import { Problem } from "./calls.js";
import { joined, utf8 } from "./bytes.js";
import { salted } from "./wire.js";

/** Pieces a round of uploading sends at most, so that it never holds up a push. */
const PIECES_MAX = 8;

/**
 * What is to be kept beside the line that names it.
 * @param {Uint8Array} content
 * @param {string} type Media type of a picture; `name`, `note` or `position` of a text.
 */
export async function fileOf(content, type) {
  return { ...(await salted(content)), content, type, have: 0, is_text: !type.includes("/") };
}

/** The salted record of a text. @param {string} text */
export const textOf = (text, kind = "note") => fileOf(utf8(text), kind);

/** Uploads of what a store keeps. */
export class Files {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./calls.js").Calls} calls
   */
  constructor(store, calls) {
    Object.assign(this, { store, calls, pending: 0 });
  }

  /** Count what is to be sent. */
  async open() {
    this.pending = (await this.store.files()).length;
  }

  /** Send what there is, as far as the server takes it; what fails is kept and told. */
  async send({ chunk_bytes = 0, attachment_bytes = 0 }, pieces_max = PIECES_MAX) {
    const files = await this.store.files();
    let [left, problem] = [pieces_max, ""];
    for (const file of files) {
      if (left <= 0) break;
      try {
        left -= file.is_text
          ? await this.#text(file)
          : await this.#pieces(file, chunk_bytes, attachment_bytes, left);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        problem = error.code;
        if (error.status === 0 || error.status >= 500 || error.status === 429) break;
      }
    }
    await this.open();
    return problem;
  }

  async #text({ hash, salt, content, type }) {
    const body = new TextDecoder().decode(content);
    const kind = type === "name" ? {} : { kind: type };
    const told = { device: this.calls.device(), salt, body, ...kind };
    await this.calls.ask("personal", told, (answer) => answer.hash === hash);
    await this.store.commit({ filesGone: [hash] });
    return 1;
  }

  async #pieces(file, chunk_bytes, attachment_bytes, pieces_max) {
    const { hash, salt, content, type } = file;
    if (!chunk_bytes || content.length > attachment_bytes) return 0;
    const fits = (answer) => answer.hash === hash;
    let [sent, { have = 0, complete = false }] = [
      1,
      await this.calls.ask(`attachments/${hash}`, null, fits, { method: "GET" }),
    ];
    while (!complete && sent < pieces_max) {
      const piece = joined(content.subarray(have, have + chunk_bytes));
      const query = new URLSearchParams({ offset: have, size: content.length, salt, type });
      const how = { method: "PUT", headers: { "content-type": "application/octet-stream" } };
      ({ have = 0, complete = false } = await this.calls.ask(`attachments/${hash}?${query}`, piece, fits, how));
      sent += 1;
    }
    if (complete) await this.store.commit({ filesGone: [hash] });
    return sent;
  }
}
