/**
 * Comments beside the player: fetched, verified, opened here, and written here.
 *
 *     school --signed, sealed--> verify --> against what was seen --> open --> threads, marks on the timeline
 *     form   --seal, sign------> school --> fetch again
 *
 * What does not hold is left out and said. Whoever may open the lesson reads what is for its readers; what somebody
 * keeps to herself opens with her own key only.
 */

import { element, part, warning } from "../element.js";
import { fromBase64url, toBase64url } from "../footage/bytes.js";
import { decodeComment } from "../footage/comment.js";
import { FootageError } from "../footage/errors.js";
import { askJson, sentenceOf, tellJson } from "../school.js";
import { checkComments } from "./comment_memory.js";
import { threadRow } from "./comment_rows.js";
import { Compose } from "./compose.js";
import { scrollWithin } from "./views.js";
import { TAG_WORDS, filtered, threadsOf } from "./threads.js";

/** @typedef {import("../footage/bytes.js").Bytes} Bytes */
/** @typedef {import("../footage/comment.js").Comment} Comment */
/** @typedef {import("../footage/comment.js").Draft} Draft */
/** @typedef {import("../footage/identity.js").Identity} Identity */
/** @typedef {import("./open.js").OpenedLesson} OpenedLesson */
/** @typedef {import("./threads.js").Opened} Opened */
/** @typedef {import("./threads.js").Thread} Thread */
/**
 * @typedef {object} Beside the parts of the page that comments move
 * @property {() => number} now moment on the screen
 * @property {(seconds: number) => void} seek
 * @property {() => void} show brings the comments to the front
 * @property {import("../timeline/timeline.js").TalkTimeline} timeline
 */

export class Comments {
  #id;
  #lesson;
  #identity;
  #beside;
  #compose;
  #list = part("comments");
  #wrong = part("comments-wrong");
  #tag = /** @type {HTMLSelectElement} */ (part("comments-tag"));
  #author = /** @type {HTMLSelectElement} */ (part("comments-author"));
  /** @type {Opened[]} */ #opened = [];
  /** @type {string|null} */ #chosen = null;
  /** @type {{key: string, body: Bytes}|null} */ #pending = null;

  /**
   * @param {string} id
   * @param {OpenedLesson} lesson
   * @param {Identity} identity
   * @param {Beside} beside
   */
  constructor(id, lesson, identity, beside) {
    this.#id = id;
    this.#lesson = lesson;
    this.#identity = identity;
    this.#beside = beside;
    // Her own comments first, then share: on her own lesson a comment is hers alone until she says otherwise.
    this.#compose = new Compose({ now: beside.now, begun: beside.show, post: (draft) => this.#post(draft) }, lesson.isHers ? "author" : "lesson");
    for (const choice of [this.#tag, this.#author]) choice.addEventListener("change", () => this.#render());
    part("comments-show-all").addEventListener("click", () => void this.#tried(() => this.#showAll()));
    beside.timeline.addEventListener("comment", (event) => {
      const { id: name } = /** @type {CustomEvent} */ (event).detail;
      const found = this.#opened.find(({ comment }) => comment.comment === name);
      if (found) this.#play(found);
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") void this.#tried(() => this.load());
    });
    void this.#tried(() => this.load());
  }

  /** C: write at this moment. */
  write() {
    this.#compose.atThisMoment();
  }

  /** The player has moved. */
  follow() {
    this.#compose.follow();
  }

  /** Fetch them all, and show what holds. */
  async load() {
    const { comments } = await askJson(`/api/lessons/${this.#id}/comments`);
    /** @type {Map<string, string>} */
    const names = new Map(comments.map((/** @type {{kid: string, name: string|null}} */ { kid, name }) => [kid, name ?? "Somebody who has left"]));
    /** @type {Set<string>} */
    const said = new Set();
    const read = await kept(comments, (/** @type {{comment: string}} */ { comment }) => decodeComment(fromBase64url(comment)), said);
    const { kid } = this.#identity.recipient;
    const opened = await kept(
      read,
      async (/** @type {Comment} */ comment) => ({ comment, said: await this.#lesson.openComment(comment, this.#identity), name: comment.author === kid ? "You" : (names.get(comment.author) ?? "Somebody") }),
      said,
    );
    // Only what opens is remembered: another lesson's comment, served here once, would else be missed for ever.
    const { sound, wrong } = checkComments(this.#id, kid, opened.map(({ comment }) => comment), localStorage);
    this.#opened = opened.filter(({ comment }) => sound.includes(comment));
    this.#tell([...said, ...wrong]);
    this.#render();
  }

  /** @param {string[]} sentences */
  #tell(sentences) {
    this.#wrong.hidden = sentences.length === 0;
    this.#wrong.replaceChildren(warning(), element("span", {}, sentences.join(" ")));
  }

  /**
   * @param {() => Promise<void>} work
   */
  async #tried(work) {
    try {
      await work();
    } catch (error) {
      this.#tell([sentenceOf(error)]);
    }
  }

  /**
   * Seal, sign and send one version. When the answer was lost on the way, the same bytes go again: nothing stands twice.
   * @param {Draft} draft
   */
  async #send(draft) {
    const key = JSON.stringify([draft.said, draft.readers, draft.after?.comment, draft.after?.seen]);
    if (this.#pending?.key !== key) this.#pending = { key, body: await this.#lesson.writeComment(draft, this.#identity) };
    const { body } = this.#pending;
    await tellJson(`/api/lessons/${this.#id}/comments`, { comment: toBase64url(body) });
    this.#pending = null;
    return (await decodeComment(body)).comment;
  }

  /** @param {Draft} draft */
  async #post(draft) {
    this.#chosen = await this.#send(draft);
    this.#tag.value = "";
    this.#author.value = "";
    await this.#tried(() => this.load());
  }

  async #showAll() {
    try {
      for (const each of this.#ownPrivate()) await this.#send({ said: each.said, readers: "lesson", after: each.comment });
    } finally {
      await this.load();
    }
    this.#list.focus();
  }

  #ownPrivate() {
    return this.#opened.filter(({ comment, said }) => comment.readers === "author" && said !== null);
  }

  /** @param {Opened} each */
  #play(each) {
    this.#chosen = each.comment.comment;
    const thread = threadsOf(this.#opened).find(({ first, answers }) => [first, ...answers].includes(each));
    if (thread) this.#beside.seek(thread.at);
    this.#beside.show();
    this.#mark();
  }

  #render() {
    const threads = threadsOf(this.#opened);
    const live = threads.flatMap(({ first, answers }) => [first, ...answers]).filter(({ said }) => said !== null);
    this.#offerFilters(live);
    const shown = filtered(threads, { tag: this.#tag.value, author: this.#author.value });
    const { scrollTop } = this.#list;
    this.#list.replaceChildren(...shown.map((thread) => threadRow(thread, this.#identity.recipient.kid, this.#doing())));
    this.#list.scrollTop = scrollTop;
    part("comments-count").textContent = live.length ? String(live.length) : "";
    const empty = part("comments-empty");
    empty.hidden = shown.length > 0;
    empty.textContent = live.length ? "No comment is of this kind." : "No comments yet. Press C, or write below: it belongs to the moment on the screen.";
    const alone = this.#ownPrivate().length;
    part("comments-alone").hidden = alone === 0;
    part("comments-alone-words").textContent = alone === 1 ? "One of these only you can read." : `${alone} of these only you can read.`;
    this.#beside.timeline.comments = shown.map(({ at, first, answers }) => ({
      id: first.comment.comment,
      at,
      end: first.said?.end_s ?? null,
      label: `${first.name}${answers.length ? ` and ${answers.length} more` : ""}: ${(first.said ?? answers[0].said)?.text ?? ""}`,
    }));
    this.#mark();
  }

  /** @returns {import("./comment_rows.js").Doing} */
  #doing() {
    return {
      play: (each) => this.#play(each),
      reply: (to) => this.#compose.begin({ kind: "reply", to: this.#firstOf(to) }),
      edit: (was) => this.#compose.begin({ kind: "edit", was }),
      remove: (each) =>
        this.#tried(async () => {
          await this.#send({ said: null, readers: each.comment.readers, after: each.comment });
          await this.load();
          this.#list.focus();
        }),
      show: (each) =>
        this.#tried(async () => {
          await this.#send({ said: each.said, readers: "lesson", after: each.comment });
          await this.load();
          this.#list.focus();
        }),
    };
  }

  /**
   * An answer to an answer answers what began the thread.
   * @param {Opened} each
   */
  #firstOf(each) {
    const thread = threadsOf(this.#opened).find(({ answers }) => answers.includes(each));
    // A place that was deleted says nothing, but its moment is known from those below.
    return thread?.first.said ? thread.first : each;
  }

  /** @param {Opened[]} live */
  #offerFilters(live) {
    part("comments-filter").hidden = live.length < 2;
    const people = new Map(live.map(({ comment, name }) => [comment.author, name]));
    const tags = Object.entries(TAG_WORDS).filter(([tag]) => live.some(({ said }) => said?.tag === tag));
    fill(this.#tag, "All kinds", tags);
    fill(this.#author, "Everybody", [...people]);
  }

  /** Show which one was chosen, in the list and on the timeline. */
  #mark() {
    for (const row of this.#list.querySelectorAll("[data-comment]")) {
      const isChosen = row.getAttribute("data-comment") === this.#chosen;
      row.toggleAttribute("data-chosen", isChosen);
      if (isChosen && row instanceof HTMLElement) scrollWithin(this.#list, row);
    }
    const thread = threadsOf(this.#opened).find(({ first, answers }) => [first, ...answers].some(({ comment }) => comment.comment === this.#chosen));
    this.#beside.timeline.chooseComment(thread?.first.comment.comment ?? null);
  }
}

/**
 * Do it with each, and leave out with its sentence what does not hold.
 * @template From, To
 * @param {From[]} all
 * @param {(each: From) => Promise<To>} work
 * @param {Set<string>} said
 * @returns {Promise<To[]>}
 */
async function kept(all, work, said) {
  const done = await Promise.all(
    all.map(async (each) => {
      try {
        return [await work(each)];
      } catch (error) {
        if (!(error instanceof FootageError)) throw error;
        said.add(`${error.message} It is left out. ${error.remedy}`);
        return [];
      }
    }),
  );
  return done.flat();
}

/**
 * Offer these, and keep what is chosen if it is still among them.
 * @param {HTMLSelectElement} choice
 * @param {string} all
 * @param {[string, string][]} values
 */
function fill(choice, all, values) {
  const { value } = choice;
  choice.replaceChildren(new Option(all, ""), ...values.map(([name, words]) => new Option(words, name)));
  choice.value = values.some(([name]) => name === value) ? value : "";
}
