/**
 * Evidence of a lesson that is being recorded, in the order in which it was sealed.
 *
 *     GET evidence (all so far) --+--> open --> heard
 *     SSE "evidence" (as it comes)+
 *     SSE "state" ------------------> changed("arriving")
 *
 * A message that comes twice is taken once; one that cannot be opened is left out and said.
 */

import { fromBase64url } from "../footage/bytes.js";
import { askJson } from "../school.js";

/**
 * @typedef {object} Listener
 * @property {(index: number, ciphertext: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>} open
 * @property {(plaintext: Uint8Array) => void} heard
 * @property {() => void} damaged
 * @property {(state: string) => void} changed
 */

export class LiveLesson {
  #id;
  #listener;
  /** @type {Set<number>} */ #taken = new Set();
  /** @type {Promise<void>} */ #queue = Promise.resolve();
  /** @type {EventSource|null} */ #source = null;
  #hasEnded = false;

  /**
   * @param {string} id
   * @param {Listener} listener
   */
  constructor(id, listener) {
    this.#id = id;
    this.#listener = listener;
  }

  /** Fetch what is there, then listen. */
  async start() {
    try {
      const { evidence } = await askJson(`/api/lessons/${this.#id}/evidence?after=-1`);
      for (const one of evidence) this.#take(one);
    } catch {
      // The stream below tells the rest, and the log tells everything at the end.
    }
    if (this.#hasEnded) return;
    const source = new EventSource(`/api/lessons/${this.#id}/live`);
    this.#source = source;
    source.addEventListener("evidence", (event) => this.#take(JSON.parse(event.data)));
    source.addEventListener("state", (event) => {
      const { state } = JSON.parse(event.data);
      this.#listener.changed(state);
      if (state === "complete" || state === "discarded") source.close();
    });
  }

  /** Stop listening. */
  end() {
    this.#hasEnded = true;
    this.#source?.close();
  }

  /** @param {{index: number, ciphertext: string}} one */
  #take({ index, ciphertext }) {
    if (this.#taken.has(index)) return;
    this.#taken.add(index);
    // One after the other: what is known better comes later, and the later one must count.
    this.#queue = this.#queue.then(async () => {
      try {
        this.#listener.heard(await this.#listener.open(index, fromBase64url(ciphertext)));
      } catch {
        this.#listener.damaged();
      }
    });
  }
}
