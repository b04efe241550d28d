// A stretch of a lesson, as it is typed, cut to segments, and told in numbers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { aroundWait, joinedNumbers, numbersOf, parseClock, rangeOf, told, touched } from "../../school/pages/lesson/stretch.js";

const lesson = Array.from({ length: 10 }, (_, i) => ({ index: i + 1, start: i * 2, end: (i + 1) * 2 }));
const wait = (t_end_s, offered_wait_s, more = {}) => ({ event_id: `at ${t_end_s}`, t_end_s, offered_wait_s, answer_len_s: null, wait2_s: null, ...more });

test("a moment is typed as people read it", () => {
  const typed = { "1:16": 76, "0:07": 7, "1:02:05": 3725, 76: 76, " 4.5 ": 4.5, "90:00": 5400 };
  for (const [text, seconds] of Object.entries(typed)) assert.equal(parseClock(text), seconds, text);
  for (const text of ["", "a", "1:60", "1:2:3:4", "-1", "1:60:00", "1:16s"]) assert.equal(parseClock(text), null, text);
});

test("a clip has the segments that the stretch touches, whole, and no others", () => {
  const cases = [[[4, 6], [3]], [[4.1, 5.9], [3]], [[3.9, 6], [2, 3]], [[4, 6.1], [3, 4]], [[0, 1], [1]], [[19, 99], [10]], [[30, 40], []]];
  for (const [range, wanted] of cases) assert.deepEqual(touched(lesson, range).map(({ index }) => index), wanted, String(range));
  assert.deepEqual(rangeOf(touched(lesson, [3.9, 6.1])), [2, 8]);
});

test("seconds are told as the school tells them", () => {
  assert.equal(told([76, 84]), "1:16 to 1:24");
  assert.equal(told([75.99999, 84.000001]), "1:16 to 1:24");
  assert.equal(told([3600, 3605.4]), "1:00:00 to 1:00:06");
});

test("around a wait lies what was said before it and what came then", () => {
  assert.deepEqual(aroundWait(wait(10, 2, { answer_len_s: 1, wait2_s: 0.5 })), [7, 15.5]);
  assert.deepEqual(aroundWait(wait(1, -0.4)), [0, 3]);
});

const account = {
  duration_s: 20,
  states: [{ role: "teacher", start_s: 0, end_s: 5 }, { role: "silence", start_s: 5, end_s: 7 }, { role: "pupil", start_s: 7, end_s: 20 }],
  phases: [{ phase: "whole_class", start_s: 0, end_s: 20 }],
  waits: [wait(2, 1), wait(5, 2, { answer_len_s: 0.5, wait2_s: 3 }), wait(7.5, 1), wait(15, 1)],
  summary: { waits: { n: 4 } },
  marks: [{ kind: "bookmark", start_s: 6, end_s: null }],
  as_heard: { duration_s: 20 },
};

test("the numbers of a clip tell nothing of what lies outside it", () => {
  const { account: cut } = JSON.parse(numbersOf(account, [4, 8]));
  assert.deepEqual(cut.states.map(({ start_s, end_s }) => [start_s, end_s]), [[4, 5], [5, 7], [7, 8]]);
  assert.deepEqual(cut.phases, [{ phase: "whole_class", start_s: 4, end_s: 8 }]);
  // The wait at 7.5 ends outside. Of the one at 5, what was waited after the answer lies outside too.
  assert.deepEqual(cut.waits, [wait(5, 2, { answer_len_s: 0.5 })]);
  assert.deepEqual([cut.summary, cut.as_heard, cut.marks, cut.poor, cut.labels], [null, null, undefined, [], []]);
});

test("the numbers of two clips are one account, what both tell once", () => {
  const joined = JSON.parse(joinedNumbers([numbersOf(account, [4, 8]), "", numbersOf(account, [0, 4]), numbersOf(account, [0, 4])])).account;
  assert.deepEqual(joined.waits.map(({ t_end_s }) => t_end_s), [2, 5]);
  assert.deepEqual(joined.states.map(({ start_s }) => start_s), [0, 4, 5, 7]);
  assert.equal(joinedNumbers(["", ""]), "");
});
