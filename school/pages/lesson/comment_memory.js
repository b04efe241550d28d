/**
 * Comments, held against what this browser has seen of them before: an older version, a second one under the same
 * number, or one that is gone without its author's word is told.
 *
 *     the school lists    5f.. 3    a1.. 1              seen again: fine    newer: fine, and remembered
 *     seen before         5f.. 2    a1.. 1    c4.. 2    c4.. is not here any more: told
 *
 * What never reached this browser, a school that lies can hold back.
 */

import { CommentError } from "../footage/errors.js";
import { expectAfter } from "../footage/comment.js";

/** @typedef {import("../footage/comment.js").Comment} Comment */
/** @typedef {import("../footage/comment.js").Seen} Seen */

/**
 * Those that may stand after what was seen, and what is wrong, in sentences. What was seen is remembered.
 * @param {string} lesson
 * @param {string} kid the reader's: two people at one browser see different ones
 * @param {Comment[]} comments
 * @param {Pick<Storage, "getItem"|"setItem">} memory
 * @returns {{sound: Comment[], wrong: string[]}}
 */
export function checkComments(lesson, kid, comments, memory) {
  const key = `waitwise.comments.${lesson}.${kid}`;
  /** @type {Map<string, Seen>} */
  const seen = new Map(JSON.parse(memory.getItem(key) ?? "[]"));
  const listed = new Set(comments.map(({ comment }) => comment));
  const gone = [...seen.keys()].filter((name) => !listed.has(name)).length;
  /** @type {Set<string>} */
  const wrong = new Set();
  if (gone) wrong.add(`${gone === 1 ? "A comment that you have seen is" : `${gone} comments that you have seen are`} not here any more, though nobody has signed a deletion. Tell the technician.`);
  if (listed.size !== comments.length) wrong.add("The school lists a comment twice. Tell the technician.");
  const sound = comments.filter((comment) => {
    try {
      expectAfter(comment, seen.get(comment.comment));
      seen.set(comment.comment, comment.seen);
      return true;
    } catch (error) {
      if (!(error instanceof CommentError)) throw error;
      wrong.add(`${error.message} It is left out. ${error.remedy}`);
      return false;
    }
  });
  memory.setItem(key, JSON.stringify([...seen]));
  return { sound, wrong: [...wrong] };
}
