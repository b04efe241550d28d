/**
 * The form in which a comment is written, answered or edited. Each of these has a draft of its own, and no draft is
 * lost: not when another one is begun, not when the school cannot keep it, not when Esc leaves the field.
 *
 *     C, or a click into the field     a new comment at the moment on the screen; it stays at that moment
 *     Reply, Edit                      the same form, with a line that says so and a way back
 *     Ctrl+Enter                       posts
 *
 * Drafts are in this page's memory only: kept by the browser they would lie on the disk in words.
 */

import { part } from "../element.js";
import { sentenceOf } from "../school.js";
import { clock, seconds } from "./clock.js";

/** @typedef {import("../footage/comment.js").Draft} Draft */
/** @typedef {import("../footage/comment.js").Said} Said */
/** @typedef {import("./threads.js").Opened} Opened */
/** @typedef {{text: string, tag: string, at: string, to: string, readers: "author"|"lesson", moment: number}} Fields `moment`: what `at` shows, exactly */
/** @typedef {{kind: "new"}|{kind: "reply", to: Opened}|{kind: "edit", was: Opened}} Purpose */
/**
 * @typedef {object} Writing
 * @property {() => number} now moment on the screen
 * @property {(draft: Draft) => Promise<void>} post
 * @property {() => void} begun told before the form is shown
 */

export class Compose {
  #form = /** @type {HTMLFormElement} */ (part("compose"));
  #text = /** @type {HTMLTextAreaElement} */ (part("compose-text"));
  #tag = /** @type {HTMLSelectElement} */ (part("compose-tag"));
  #readers = /** @type {HTMLSelectElement} */ (part("compose-readers"));
  #at = /** @type {HTMLInputElement} */ (part("compose-at"));
  #to = /** @type {HTMLInputElement} */ (part("compose-to"));
  #says = part("compose-says");
  #button = /** @type {HTMLButtonElement} */ (part("compose-post"));
  #writing;
  /** @type {Purpose} */ #purpose = { kind: "new" };
  /** @type {Map<string, Fields>} */ #drafts = new Map();
  /** @type {Fields} */ #usual;
  #isPosting = false;
  #moment = 0; // what the field shows in whole seconds
  #isPlaced = false; // she has typed the moment herself

  /**
   * @param {Writing} writing
   * @param {"author"|"lesson"} readers whom a comment is for, unless she says otherwise
   */
  constructor(writing, readers) {
    this.#writing = writing;
    this.#usual = { text: "", tag: "note", at: "", to: "", readers, moment: 0 };
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#post();
    });
    this.#form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        void this.#post();
      }
      if (event.key === "Escape" && event.target instanceof HTMLElement) event.target.blur();
    });
    this.#text.addEventListener("focus", () => this.#stand());
    this.#at.addEventListener("input", () => (this.#isPlaced = true));
    part("compose-back").addEventListener("click", () => this.#back());
    addEventListener("beforeunload", (event) => {
      if (this.hasDraft) event.preventDefault();
    });
    this.#fill(this.#usual);
    this.#form.hidden = false;
  }

  /** Something is written that is not posted. */
  get hasDraft() {
    this.#keep();
    return this.#drafts.size > 0;
  }

  /**
   * Write something else; what was being written is kept until she comes back to it.
   * @param {Purpose} purpose
   */
  begin(purpose) {
    this.#keep();
    this.#purpose = purpose;
    this.#fill(this.#drafts.get(nameOf(purpose)) ?? this.#fresh(purpose));
    this.#says.textContent = "";
    this.#writing.begun();
    this.#text.focus();
  }

  /** C: a new comment at the moment on the screen, or the one that is begun. */
  atThisMoment() {
    this.begin({ kind: "new" });
    if (this.#text.value.trim()) return;
    this.#isPlaced = false;
    this.#stand();
  }

  /** The player has moved: an empty form follows it. */
  follow() {
    if (!this.#form.contains(document.activeElement)) this.#stand();
  }

  /**
   * Is this what is being edited or answered?
   * @param {string} comment
   */
  isAbout(comment) {
    return this.#purpose.kind === "new" ? false : aboutOf(this.#purpose).comment.comment === comment;
  }

  /** From here on the comment is about this moment, however the lesson goes on. */
  #stand() {
    if (this.#purpose.kind === "new" && !this.#isPlaced && !this.#text.value.trim()) this.#place(this.#writing.now());
  }

  /** @param {number} moment */
  #place(moment) {
    this.#moment = moment;
    this.#at.value = clock(moment);
  }

  /** Back to a new comment. What was changed in an edit is given up; an answer waits until she comes back to it. */
  #back() {
    const purpose = this.#purpose;
    this.begin({ kind: "new" });
    if (purpose.kind === "edit") this.#drafts.delete(nameOf(purpose));
  }

  async #post() {
    if (this.#isPosting) return;
    const draft = this.#draft();
    if (typeof draft === "string") {
      this.#says.textContent = draft;
      return;
    }
    const posted = this.#purpose;
    this.#wait(true);
    this.#says.textContent = "Sealing and sending…";
    try {
      await this.#writing.post(draft);
      this.#drafts.delete(nameOf(posted));
      if (posted.kind === "new") this.#usual = { ...this.#usual, readers: draft.readers };
      if (this.#purpose === posted) {
        this.#purpose = { kind: "new" };
        this.#fill(posted.kind === "new" ? this.#usual : (this.#drafts.get("new") ?? this.#usual));
      }
      this.#says.textContent = draft.readers === "author" ? "Kept. Only you can read it." : "Posted.";
    } catch (error) {
      this.#says.textContent = `Not posted: your words are still here. ${sentenceOf(error)}`;
    }
    this.#wait(false);
  }

  /**
   * While words are on their way nobody writes over them.
   * @param {boolean} isPosting
   */
  #wait(isPosting) {
    this.#isPosting = isPosting;
    this.#text.readOnly = isPosting;
    this.#button.disabled = isPosting;
  }

  /** @returns {Draft|string} what to post, or what is missing in a sentence */
  #draft() {
    const text = this.#text.value.trim();
    if (!text) return "Write something first.";
    const purpose = this.#purpose;
    const readers = /** @type {"author"|"lesson"} */ (this.#readers.value);
    const tag = /** @type {Said["tag"]} */ (this.#tag.value);
    if (purpose.kind === "reply") {
      const { comment, said } = purpose.to;
      return { said: { parent: comment.comment, tag, text, at_s: said?.at_s ?? 0, end_s: null }, readers, after: null };
    }
    // The fields show whole seconds: what was not typed stays as exact as it was.
    const was = purpose.kind === "edit" ? purpose.was : null;
    const at = exactly(this.#at.value, this.#moment);
    const to = exactly(this.#to.value, was?.said?.end_s ?? null);
    if (at === null) return "Write the moment as minutes and seconds, for example 5:25.";
    if (to === null && this.#to.value.trim()) return "Write the end as minutes and seconds, for example 5:40, or leave it empty.";
    if (to !== null && to < at) return "The end comes before the beginning.";
    return { said: { parent: was?.said?.parent ?? null, tag, text, at_s: at, end_s: to }, readers, after: was?.comment ?? null };
  }

  #keep() {
    const purpose = this.#purpose;
    const text = this.#text.value;
    if (!text.trim() || (purpose.kind === "edit" && text === purpose.was.said?.text)) this.#drafts.delete(nameOf(purpose));
    else this.#drafts.set(nameOf(purpose), { text, tag: this.#tag.value, at: this.#at.value, to: this.#to.value, readers: /** @type {"author"|"lesson"} */ (this.#readers.value), moment: this.#moment });
  }

  /**
   * @param {Purpose} purpose
   * @returns {Fields}
   */
  #fresh(purpose) {
    if (purpose.kind === "new") return this.#usual;
    const { comment, said } = aboutOf(purpose);
    if (purpose.kind === "reply") return { ...this.#usual, tag: "note", at: clock(said?.at_s ?? 0), readers: comment.readers, moment: said?.at_s ?? 0 };
    const end = said?.end_s ?? null;
    return { text: said?.text ?? "", tag: said?.tag ?? "note", at: clock(said?.at_s ?? 0), to: end === null ? "" : clock(end), readers: comment.readers, moment: said?.at_s ?? 0 };
  }

  /** @param {Fields} fields */
  #fill({ text, tag, at, to, readers, moment }) {
    const purpose = this.#purpose;
    this.#isPlaced = at !== "" && purpose.kind !== "new";
    this.#text.value = text;
    this.#tag.value = tag;
    this.#place(at ? moment : this.#writing.now());
    if (at) this.#at.value = at;
    this.#to.value = to;
    this.#readers.value = readers;
    const about = purpose.kind === "new" ? null : aboutOf(purpose);
    // What others may have read cannot become hers alone again; and what answers something of hers alone is hers alone.
    this.#readers.disabled = purpose.kind === "edit" ? about?.comment.readers === "lesson" : about?.comment.readers === "author";
    part("compose-moment").hidden = purpose.kind === "reply" || (about?.said?.parent ?? null) !== null;
    part("compose-about").hidden = purpose.kind === "new";
    part("compose-about-words").textContent = about === null ? "" : purpose.kind === "edit" ? "You are editing your comment." : `You are answering ${about.name} at ${clock(about.said?.at_s ?? 0)}.`;
    part("compose-back").textContent = purpose.kind === "edit" ? "Leave it as it was" : "Not an answer";
    this.#button.textContent = purpose.kind === "edit" ? "Save" : purpose.kind === "reply" ? "Post answer" : "Post comment";
  }
}

/**
 * Seconds that a field says; those it stands for, if it was not changed. Null when it says none.
 * @param {string} typed
 * @param {number|null} known
 */
function exactly(typed, known) {
  return known !== null && typed === clock(known) ? known : seconds(typed);
}

/** @param {Purpose} purpose */
function nameOf(purpose) {
  return purpose.kind === "new" ? "new" : `${purpose.kind} ${aboutOf(purpose).comment.comment}`;
}

/** @param {Exclude<Purpose, {kind: "new"}>} purpose */
function aboutOf(purpose) {
  return purpose.kind === "reply" ? purpose.to : purpose.was;
}
