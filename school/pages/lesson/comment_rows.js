/**
 * A thread in the list beside the player: its moment, what is said, by whom, of which kind, and what can be done.
 *
 *     [5:25]  Lovely pause here, you counted it.
 *             R. Amin  (strength)              Reply
 *             | I did not notice.
 *             | You  (note)                    Reply  Edit  Delete
 */

import { element, padlock } from "../element.js";
import { BRIEF } from "../moments.js";
import { clock } from "./clock.js";
import { TAG_WORDS } from "./threads.js";

/** @typedef {import("./threads.js").Opened} Opened */
/** @typedef {import("./threads.js").Thread} Thread */
/**
 * @typedef {object} Doing
 * @property {(each: Opened) => void} play
 * @property {(each: Opened) => void} reply
 * @property {(each: Opened) => void} edit
 * @property {(each: Opened) => Promise<void>} remove
 * @property {(each: Opened) => Promise<void>} show lets the lesson's readers read it
 */

/**
 * @param {Thread} thread
 * @param {string} kid the reader's
 * @param {Doing} doing
 */
export function threadRow({ at, first, answers }, kid, doing) {
  const below = answers.map((each) => element("li", { "data-comment": each.comment.comment }, remark(each, kid, doing)));
  const { said, comment } = first;
  const end = said?.end_s ?? null;
  const told = end === null ? clock(at) : `${clock(at)}–${clock(end)}`;
  const button = element("button", { type: "button", class: "at", "aria-label": `Play ${told}` }, clock(at));
  button.addEventListener("click", () => doing.play(first));
  return element(
    "li",
    { class: "thread", "data-comment": comment.comment },
    button,
    element("div", { class: "thread-said" }, remark(first, kid, doing), below.length > 0 && element("ul", { class: "answers", "aria-label": "Answers" }, ...below)),
  );
}

/**
 * @param {Opened} each
 * @param {string} kid
 * @param {Doing} doing
 */
function remark(each, kid, doing) {
  const { comment, said, name } = each;
  if (said === null) return element("p", { class: "remark muted" }, `${name} ${name === "You" ? "have" : "has"} deleted this.`);
  const isHers = comment.author === kid;
  const isPrivate = comment.readers === "author";
  const end = said.end_s;
  return element(
    "article",
    { class: "remark", "aria-label": `${name}, ${TAG_WORDS[said.tag]}` },
    element("p", { class: "remark-text" }, said.text),
    element(
      "p",
      { class: "remark-by" },
      element("b", {}, name),
      element("span", { class: "tag" }, TAG_WORDS[said.tag]),
      end !== null && element("span", { class: "muted" }, `to ${clock(end)}`),
      isPrivate && element("span", { class: "tag tag-private" }, padlock(), "only you"),
      element("time", { class: "muted", datetime: comment.written_at.toISOString() }, BRIEF.format(comment.written_at)),
    ),
    actions(each, isHers, doing),
  );
}

/**
 * @param {Opened} each
 * @param {boolean} isHers
 * @param {Doing} doing
 */
function actions(each, isHers, doing) {
  const place = element("p", { class: "remark-do" });
  const button = (/** @type {string} */ words, /** @type {() => void} */ does) => {
    const made = element("button", { type: "button", class: "quiet" }, words);
    made.addEventListener("click", does);
    return made;
  };
  const usual = [
    button("Reply", () => doing.reply(each)),
    ...(isHers && each.comment.readers === "author" ? [button("Let others read it", () => void doing.show(each))] : []),
    ...(isHers ? [button("Edit", () => doing.edit(each)), button("Delete", () => ask())] : []),
  ];
  const ask = () => {
    const keep = button("Keep it", () => {
      place.replaceChildren(...usual);
      usual.at(-1)?.focus();
    });
    place.replaceChildren(element("span", {}, "Delete it for everybody?"), button("Delete for good", () => void doing.remove(each)), keep);
    keep.focus();
  };
  place.replaceChildren(...usual);
  return place;
}
