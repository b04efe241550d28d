// Which segments the player holds: a lesson of ten segments of two seconds, drawn as a row.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FULL_REACH, LEAST_REACH, afterHole, halved, isHeldIn, joined, nextWanted, placeAt, toLetGo } from "../../school/pages/player/window.js";

const lesson = (n, each = 2) => Array.from({ length: n }, (_, i) => ({ index: i + 1, start: i * each, end: (i + 1) * each }));
const none = new Set();
const nothing = () => false;

test("a moment finds its segment, on borders too", () => {
  const ten = lesson(10);
  assert.deepEqual([-1, 0, 1.9, 2, 19.9, 50].map((time) => placeAt(ten, time)), [-1, 0, 0, 1, 9, 9]);
});

test("at the start the first segment is wanted, then the next, until the reach is full", () => {
  const ten = lesson(10);
  const held = new Set();
  const order = [];
  for (;;) {
    const wanted = nextWanted(ten, 0, { ahead: 6, behind: 2 }, (segment) => held.has(segment.index), none);
    if (!wanted) break;
    held.add(wanted.index);
    order.push(wanted.index);
  }
  assert.deepEqual(order, [1, 2, 3]);
});

test("after a far seek the segment under the playhead comes first", () => {
  assert.equal(nextWanted(lesson(1800), 3001, FULL_REACH, nothing, none)?.index, 1501);
});

test("a segment that cannot be opened is never asked for again", () => {
  assert.equal(nextWanted(lesson(10), 4, FULL_REACH, nothing, new Set([3]))?.index, 4);
});

test("everything outside the reach is let go, at the borders of segments", () => {
  const hundred = lesson(100);
  assert.deepEqual(toLetGo(hundred, 100, { ahead: 24, behind: 12 }, [[0, 160]]), [[0, 88], [126, 160]]);
});

test("what is inside the reach stays", () => {
  assert.deepEqual(toLetGo(lesson(100), 100, { ahead: 24, behind: 12 }, [[88, 125.98]]), []);
});

test("nothing the player may need next is ever let go: for every moment and reach", () => {
  const segments = lesson(60);
  for (let time = 0; time < 120; time += 0.7) {
    for (const reach of [FULL_REACH, halved(FULL_REACH), LEAST_REACH]) {
      for (const [from, to] of toLetGo(segments, time, reach, [[0, 120]])) {
        assert.ok(to <= time || from >= time + reach.ahead, `${time}: ${from} to ${to}`);
      }
    }
  }
});

test("a full browser halves the reach, down to a floor", () => {
  assert.deepEqual(halved(FULL_REACH), { ahead: 12, behind: 6 });
  assert.deepEqual(halved(halved(halved(halved(FULL_REACH)))), LEAST_REACH);
});

test("a segment counts as held by its middle: its ends may be a frame off", () => {
  const segment = { index: 2, start: 2, end: 4 };
  assert.equal(isHeldIn(segment, [[2.02, 3.98]]), true);
  assert.equal(isHeldIn(segment, [[0, 2.9]]), false);
});

test("a hole is jumped to the next segment that plays", () => {
  const ten = lesson(10);
  assert.equal(afterHole(ten, 4.5, new Set([3, 4])), 8);
  assert.equal(afterHole(ten, 3.9, new Set([3])), 6);
  assert.equal(afterHole(ten, 3, new Set([3])), null);
  assert.equal(afterHole(ten, 19, new Set([10])), null);
});

test("holes that touch are told as one", () => {
  assert.deepEqual(joined([[20, 22], [4, 6], [22, 24], [80, 82]]), [[4, 6], [20, 24], [80, 82]]);
});

test("of clips, what lies before and between them is a hole", () => {
  const clips = [...lesson(10).slice(3, 5), ...lesson(20).slice(14, 16)]; // 6 to 10, 28 to 32
  const cases = { 0: 6, 5.9: 6, 6: null, 9.5: null, 9.8: 28, 10: 28, 20: 28, 28: null, 31.9: null, 32: null };
  for (const [time, wanted] of Object.entries(cases)) assert.equal(afterHole(clips, Number(time), none), wanted, time);
  assert.equal(afterHole(clips, 0, new Set([4])), 8);
  assert.equal(afterHole([], 0, none), null);
});
