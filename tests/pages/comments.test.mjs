import assert from "node:assert/strict";
import { test } from "node:test";

import { checkComments } from "../../school/pages/lesson/comment_memory.js";
import { seconds } from "../../school/pages/lesson/clock.js";
import { filtered, threadsOf } from "../../school/pages/lesson/threads.js";

const LESSON = "5f".repeat(16);
const KID = "c4".repeat(16);

function version(comment, number, sha256, before = null) {
  return { comment, number, before, seen: { number, sha256 } };
}

function memory() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
}

function look(seen, ...comments) {
  const { sound, wrong } = checkComments(LESSON, KID, comments, seen);
  return [sound.map(({ comment, number }) => `${comment}${number}`).join(" "), wrong.join(" ")];
}

test("new comments, edits, and edits of edits that were never seen are fine", () => {
  const seen = memory();
  assert.deepEqual(look(seen), ["", ""]);
  assert.deepEqual(look(seen, version("a", 1, "x")), ["a1", ""]);
  assert.deepEqual(look(seen, version("a", 1, "x"), version("b", 1, "y")), ["a1 b1", ""]);
  assert.deepEqual(look(seen, version("a", 2, "z", "x"), version("b", 4, "w", "never seen")), ["a2 b4", ""]);
});

test("an old version, a fork, and one that does not follow are left out and told", () => {
  for (const [wrong, words] of [
    [version("a", 1, "x"), /older version/],
    [version("a", 2, "other", "x"), /two versions/],
    [version("a", 3, "w", "other"), /does not follow/],
  ]) {
    const seen = memory();
    look(seen, version("a", 1, "x"));
    look(seen, version("a", 2, "z", "x"));
    const [sound, told] = look(seen, wrong);
    assert.equal(sound, "");
    assert.match(told, words);
    // A lie does not change what was seen: told again, and the truth is still fine.
    assert.match(look(seen, wrong)[1], words);
    assert.deepEqual(look(seen, version("a", 2, "z", "x")), ["a2", ""]);
  }
});

test("one that is gone is told each time, and another reader has not seen it", () => {
  const seen = memory();
  look(seen, version("a", 1, "x"), version("b", 1, "y"));
  assert.match(look(seen, version("b", 1, "y"))[1], /A comment that you have seen is not here any more/);
  assert.match(look(seen)[1], /2 comments that you have seen are not here/);
  assert.deepEqual(checkComments(LESSON, "99".repeat(16), [], seen).wrong, []);
});

test("one that is listed twice is told", () => {
  assert.match(look(memory(), version("a", 1, "x"), version("a", 1, "x"))[1], /twice/);
});

let clock = 0;
function says(comment, at_s, rest = {}) {
  clock += 1;
  const { parent = null, tag = "note", author = "ada", deleted = false } = rest;
  return { comment: { comment, author, written_at: new Date(clock) }, said: deleted ? null : { at_s, end_s: null, parent, tag, text: comment }, name: author };
}
const shape = (threads) => threads.map(({ first, answers }) => [first, ...answers].map(({ comment }) => comment.comment).join(">")).join(" ");

const ORDERS = {
  "by the moment, then by when they were written": [[says("b", 9), says("a", 3), says("c", 9)], "a b c"],
  "answers below what they answer, as they were written": [[says("y", 3, { parent: "a" }), says("a", 3), says("z", 3, { parent: "y" })], "a>y>z"],
  "what answers something that is not here begins a thread": [[says("a", 3), says("b", 1, { parent: "gone" })], "b a"],
  "what was deleted is a place while it has answers": [[says("a", 0, { deleted: true }), says("b", 7, { parent: "a" }), says("c", 3)], "c a>b"],
  "what was deleted without answers is gone": [[says("a", 0, { deleted: true }), says("b", 7)], "b"],
  "a deleted answer is gone": [[says("a", 3), says("b", 0, { deleted: true })], "a"],
  "a ring of answers hides nothing": [[says("a", 3, { parent: "b" }), says("b", 4, { parent: "a" }), says("c", 5, { parent: "c" })], "a b c"],
};
for (const [story, [all, wanted]] of Object.entries(ORDERS)) {
  test(story, () => assert.equal(shape(threadsOf(all)), wanted));
}

test("a thread is shown when anybody in it says something of that kind", () => {
  const threads = threadsOf([says("a", 1), says("b", 1, { parent: "a", tag: "question", author: "amin" }), says("c", 2, { tag: "question" })]);
  assert.equal(shape(filtered(threads, { tag: "question", author: "" })), "a>b c");
  assert.equal(shape(filtered(threads, { tag: "question", author: "ada" })), "c");
  assert.equal(shape(filtered(threads, { tag: "", author: "amin" })), "a>b");
  assert.equal(shape(filtered(threads, { tag: "", author: "" })), "a>b c");
});

test("a moment can be typed as the clock writes it, or in seconds", () => {
  for (const [typed, wanted] of [["25:13", 1513], ["1:00:05", 3605], ["0:07.5", 7.5], ["90", 90], [" 5:25 ", 325], ["", null], ["5:75", null], ["x", null], ["1:2:3:4", null], ["-1", null]]) {
    assert.equal(seconds(typed), wanted, typed);
  }
});
