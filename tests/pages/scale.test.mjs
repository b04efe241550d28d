// Seconds and pixels of the timeline.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LEAST_SPAN, following, inside, isWhole, panned, ticks, toPixels, toSeconds, topOfWaits, wholeLesson, zoomed } from "../../school/pages/timeline/scale.js";

test("pixels and seconds are each other's way back", () => {
  const view = { from: 100, to: 400 };
  for (const x of [0, 1, 333, 1000]) assert.ok(Math.abs(toPixels(view, 1000)(toSeconds(view, 1000, x)) - x) < 1e-9);
});

test("zooming in keeps the second under the pointer where it is", () => {
  const view = zoomed(wholeLesson(3600), 2, 900, 3600);
  assert.deepEqual(view, { from: 450, to: 2250 });
  assert.equal(toPixels(view, 1000)(900), toPixels(wholeLesson(3600), 1000)(900));
});

test("no zoom and no pan ever leaves the lesson", () => {
  let view = wholeLesson(252);
  for (const [factor, around, by] of [[2, 0, -50], [3, 252, 90], [10, 120, 7], [0.1, 120, 1000], [1000, 3, -5]]) {
    view = panned(zoomed(view, factor, around, 252), by, 252);
    assert.ok(view.from >= 0 && view.to <= 252.0001 && view.to - view.from >= LEAST_SPAN - 1e-9, JSON.stringify(view));
  }
});

test("zooming out far enough shows the whole lesson", () => {
  assert.ok(isWhole(zoomed({ from: 50, to: 60 }, 0.001, 55, 252), 252));
});

test("a lesson shorter than the least span is shown whole", () => {
  assert.deepEqual(inside({ from: 0, to: 3 }, 5), { from: 0, to: 5 });
});

test("the view follows a playhead that leaves it, and stays otherwise", () => {
  const view = { from: 100, to: 200 };
  assert.equal(following(view, 150, 600), view);
  assert.deepEqual(following(view, 201, 600), { from: 191, to: 291 });
  assert.deepEqual(following(view, 599, 600), { from: 500, to: 600 });
});

test("labels of the axis are round, in view and not crowded", () => {
  for (const [from, to] of [[0, 252], [13.3, 21.9], [0, 5400], [1000, 1090]]) {
    const labels = ticks({ from, to }, 1000);
    assert.ok(labels.length >= 2 && labels.length <= 14, String(labels));
    assert.ok(labels.every((at) => at >= from && at <= to + 1e-6));
  }
});

test("the wait lane has room for the goal, and one long wait does not flatten the rest", () => {
  assert.equal(topOfWaits([1, 2], 3), 6);
  assert.equal(topOfWaits([1, 2], 8), 9);
  assert.equal(topOfWaits([14.9], 5), 12);
});
