/**
 * Plays sealed footage: fetch, open, show, let go.
 *
 *     school --ciphertext--> openSegment --fMP4--> SourceBuffer --> video
 *                 ^                                      |
 *                 +------- what is wanted next <---------+      (window.js decides)
 *
 * One segment at a time, one running request. A seek aborts the request that nobody waits for any more. A segment that
 * cannot be opened is reported once, left out, and jumped over. The plaintext exists in this page's memory only.
 *
 *     element.dataset.state          opening | ready | playing | paused | waiting | ended | failed
 *     element.dataset.firstFrameMs   from the start of the page's load to the first picture on the screen
 *     element.dataset.seekMs         from the last seek to its picture
 *     element.dataset.shownS         moment of the picture on the screen
 */

import { FULL_REACH, afterHole, halved, isHeldIn, nextWanted, toLetGo } from "./window.js";

/** @typedef {import("./window.js").Segment} Segment */
/**
 * @typedef {object} Footage
 * @property {string} mime as MediaSource takes it
 * @property {Segment[]} segments media segments, in order
 * @property {number} duration seconds
 * @property {boolean} isWhole false while more may come
 * @property {(index: number, signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>} segment plaintext; index 0 initializes
 */

const PICTURE_LATEST = 200; // milliseconds from "seeked" to the picture on the screen
const RETRY_AFTER = 2_000; // milliseconds, when the school does not answer

export class Player extends EventTarget {
  #video;
  #element;
  #footage;
  #reach = FULL_REACH;
  /** @type {Set<number>} */ #unplayable = new Set();
  /** @type {SourceBuffer|null} */ #buffer = null;
  /** @type {MediaSource|null} */ #source = null;
  #running = new AbortController();
  #isPumping = false;
  #isWokenAgain = false;
  /** @type {number|null} */ #seekStarted = null;
  #streams = true; // a ManagedMediaSource says when it wants more

  /**
   * @param {HTMLVideoElement} video
   * @param {HTMLElement} element carries the data attributes
   * @param {Footage} footage
   */
  constructor(video, element, footage) {
    super();
    this.#video = video;
    this.#element = element;
    this.#footage = footage;
    element.dataset.state = "opening";
    for (const [event, state] of /** @type {const} */ ([["playing", "playing"], ["pause", "paused"], ["waiting", "waiting"], ["ended", "ended"]])) {
      video.addEventListener(event, () => this.#become(state));
    }
    video.addEventListener("seeking", () => this.#onSeeking());
    // A picture that was at hand may reach the screen before anybody hears of the seek: then no other will come, and
    // this event ends it. Usually it is a little ahead of the picture, which then ends it itself.
    video.addEventListener("seeked", () => {
      const landed = performance.now();
      setTimeout(() => this.#endSeek(landed), PICTURE_LATEST);
    });
    video.addEventListener("timeupdate", () => this.#wake());
    video.addEventListener("waiting", () => this.#wake());
    video.addEventListener("error", () => this.#fail(video.error?.message || "The browser cannot play this footage."));
    // The request for the first two segments starts before the browser has even opened its media source.
    this.#ahead = footage.segments.length ? [this.#fetch(0), this.#fetch(footage.segments[0].index)] : [];
    for (const started of this.#ahead) started.catch(() => undefined);
    this.#attach();
  }

  /** @type {Promise<Uint8Array<ArrayBuffer>>[]} */ #ahead;

  /** Seconds of the whole lesson. */
  get duration() {
    return this.#footage.duration;
  }

  /** Indexes of segments that could not be opened. */
  get unplayable() {
    return [...this.#unplayable];
  }

  /** How much is held now, in seconds on both sides. */
  get reach() {
    return this.#reach;
  }

  /**
   * A lesson that is still being recorded has grown.
   * @param {Omit<Footage, "mime">} grown
   */
  grow(grown) {
    Object.assign(this.#footage, grown);
    this.#wake();
  }

  /** Take the picture away: what it came from does not hold. */
  stop() {
    this.end();
    this.#become("failed");
    this.#video.removeAttribute("src");
    this.#video.load();
  }

  /**
   * Go to a second of the lesson.
   * @param {number} seconds
   */
  seek(seconds) {
    this.#video.currentTime = Math.min(Math.max(0, seconds), Math.max(0, this.#footage.duration - 0.1));
  }

  #attach() {
    const Managed = /** @type {typeof MediaSource|undefined} */ (Reflect.get(globalThis, "ManagedMediaSource"));
    const Source = Managed ?? globalThis.MediaSource;
    if (!Source || !Source.isTypeSupported(this.#footage.mime)) {
      this.#fail("This browser cannot play the lesson's picture and sound. A current Chrome, Edge, Firefox or Safari can.");
      return;
    }
    const source = new Source();
    this.#source = source;
    // A managed source may otherwise wait for a television it could send the plaintext to.
    this.#video.disableRemotePlayback = true;
    const address = URL.createObjectURL(source);
    source.addEventListener("sourceopen", () => {
      URL.revokeObjectURL(address);
      this.#onOpen(source);
    }, { once: true });
    source.addEventListener("startstreaming", () => {
      this.#streams = true;
      this.#wake();
    });
    source.addEventListener("endstreaming", () => (this.#streams = false));
    this.#video.src = address;
    this.#watchFrames();
  }

  /** @param {MediaSource} source */
  async #onOpen(source) {
    try {
      const buffer = source.addSourceBuffer(this.#footage.mime);
      source.duration = this.#footage.duration;
      buffer.appendBuffer(await (this.#ahead[0] ?? this.#fetch(0)));
      await finished(buffer);
      this.#buffer = buffer;
      this.#wake();
    } catch (error) {
      this.#fail(sentenceOf(error));
    }
  }

  /** Called for every picture that reaches the screen. */
  #watchFrames() {
    this.#video.requestVideoFrameCallback((now, frame) => {
      this.#element.dataset.shownS = frame.mediaTime.toFixed(3);
      if (!this.#element.dataset.firstFrameMs) {
        this.#element.dataset.firstFrameMs = performance.now().toFixed(0);
        if (this.#element.dataset.state === "opening") this.#become("ready");
        this.dispatchEvent(new Event("shown"));
      }
      this.#endSeek();
      this.#watchFrames();
    });
  }

  /** Fetch nothing more: the lesson is about to be gone. */
  end() {
    this.#buffer = null;
    this.#running.abort();
  }

  #onSeeking() {
    this.#seekStarted ??= performance.now();
    delete this.#element.dataset.seekMs;
    if (!this.#isHeld(this.#video.currentTime)) {
      this.#running.abort();
      this.#running = new AbortController();
      this.#ahead = [];
    }
    this.#wake();
  }

  #endSeek(landed = performance.now()) {
    if (this.#seekStarted === null || this.#video.seeking) return;
    this.#element.dataset.seekMs = (landed - this.#seekStarted).toFixed(0);
    this.#seekStarted = null;
  }

  /** Run the pump, or let the running one go round once more. */
  #wake() {
    this.#isWokenAgain = true;
    if (!this.#isPumping) void this.#pump();
  }

  async #pump() {
    this.#isPumping = true;
    while (this.#isWokenAgain && this.#buffer) {
      this.#isWokenAgain = false;
      try {
        while (this.#buffer && (await this.#step(this.#buffer)));
      } catch (error) {
        this.#fail(sentenceOf(error));
        break;
      }
    }
    this.#isPumping = false;
  }

  /**
   * Let go of what is out of reach, then fetch, open and append one segment.
   * @param {SourceBuffer} buffer
   * @returns {Promise<boolean>} false when there is nothing to do now
   */
  async #step(buffer) {
    const { segments, duration } = this.#footage;
    await this.#letGo(buffer);
    if (this.#source && this.#source.readyState === "open" && duration > this.#source.duration) this.#source.duration = duration;
    const time = this.#video.currentTime;
    this.#jumpHole(time);
    const wanted = nextWanted(segments, time, this.#reach, (segment) => isHeldIn(segment, ranges(buffer)), this.#unplayable);
    const isUrgent = !this.#isHeld(time + 1);
    if (!wanted || (!this.#streams && !isUrgent)) {
      this.#endIfDone(buffer);
      return false;
    }
    const { signal } = this.#running;
    try {
      const first = wanted.index === segments[0].index ? this.#ahead[1] : undefined;
      const plaintext = await (first ?? this.#fetch(wanted.index, signal));
      this.#ahead = [];
      if (!signal.aborted) await this.#append(buffer, plaintext);
    } catch (error) {
      this.#ahead = [];
      if (signal.aborted) return true;
      if (isPassing(error)) {
        this.dispatchEvent(new CustomEvent("stalled", { detail: { error } }));
        await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER));
        return true;
      }
      this.#unplayable.add(wanted.index);
      this.dispatchEvent(new CustomEvent("unplayable", { detail: { index: wanted.index, start: wanted.start, end: wanted.end, error } }));
    }
    return true;
  }

  /**
   * @param {number} index
   * @param {AbortSignal} [signal]
   */
  #fetch(index, signal = this.#running.signal) {
    return this.#footage.segment(index, signal);
  }

  /**
   * @param {SourceBuffer} buffer
   * @param {Uint8Array<ArrayBuffer>} plaintext
   */
  async #append(buffer, plaintext) {
    for (;;) {
      try {
        buffer.appendBuffer(plaintext);
        await finished(buffer);
        return;
      } catch (error) {
        const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
        const smaller = halved(this.#reach);
        if (!isFull || smaller.ahead === this.#reach.ahead) throw error;
        this.#reach = smaller;
        await this.#letGo(buffer);
      }
    }
  }

  /** @param {SourceBuffer} buffer */
  async #letGo(buffer) {
    for (const [from, to] of toLetGo(this.#footage.segments, this.#video.currentTime, this.#reach, ranges(buffer))) {
      buffer.remove(from, to);
      await finished(buffer);
    }
  }

  /** @param {number} time */
  #isHeld(time) {
    return this.#buffer !== null && ranges(this.#buffer).some(([from, to]) => from <= time && time < to);
  }

  /** @param {number} time */
  #jumpHole(time) {
    if (this.#isHeld(time + 0.1)) return;
    const next = afterHole(this.#footage.segments, time, this.#unplayable);
    // A hair behind the border, or the browser would wait for the last frame of the hole.
    if (next !== null && next > time) this.#video.currentTime = next + 0.05;
  }

  /** @param {SourceBuffer} buffer */
  #endIfDone(buffer) {
    // An ended source has lost its duration: a lesson that still grows could not be sought in.
    if (!this.#footage.isWhole) return;
    const last = this.#footage.segments.at(-1);
    const isThere = last && (this.#unplayable.has(last.index) || isHeldIn(last, ranges(buffer)));
    const nothingLeft = isThere && this.#video.currentTime > last.end - this.#reach.ahead;
    // Without this a video that reaches its last frame waits for ever. A later append opens the source again.
    if (nothingLeft && this.#source?.readyState === "open" && !buffer.updating) this.#source.endOfStream();
  }

  /** @param {string} state */
  #become(state) {
    if (this.#element.dataset.state === "failed") return;
    this.#element.dataset.state = state;
    this.dispatchEvent(new Event("state"));
  }

  /** @param {string} sentence */
  #fail(sentence) {
    this.#element.dataset.state = "failed";
    this.dispatchEvent(new CustomEvent("failed", { detail: { sentence } }));
  }
}

/**
 * @param {SourceBuffer} buffer
 * @returns {import("./window.js").Range[]}
 */
function ranges(buffer) {
  const { buffered } = buffer;
  return Array.from({ length: buffered.length }, (_, n) => [buffered.start(n), buffered.end(n)]);
}

/**
 * Wait until the buffer has done what it was told.
 * @param {SourceBuffer} buffer
 * @returns {Promise<void>}
 */
function finished(buffer) {
  if (!buffer.updating) return Promise.resolve();
  return new Promise((resolve, reject) => {
    buffer.addEventListener("updateend", () => resolve(), { once: true });
    buffer.addEventListener("error", () => reject(new Error("A part of the footage is not playable video.")), { once: true });
  });
}

/**
 * Will the same question perhaps be answered a little later?
 * @param {unknown} error
 */
function isPassing(error) {
  return error instanceof Error && "isPassing" in error && error.isPassing === true;
}

/** @param {unknown} error */
function sentenceOf(error) {
  return error instanceof Error ? error.message : String(error);
}
