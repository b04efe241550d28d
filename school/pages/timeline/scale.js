/**
 * Seconds to pixels and back, for a stretch of the lesson that is in view.
 *
 *     0 ........ from [=========== view ===========] to ........ duration
 *                     0 px                   width px
 *
 * A `View` is a value: zooming and panning give another one, always inside the lesson.
 */

/** Nobody can use less than this many seconds in view. */
export const LEAST_SPAN = 8;

/** @typedef {{from: number, to: number}} View seconds */

/**
 * The whole lesson.
 * @param {number} duration
 * @returns {View}
 */
export function wholeLesson(duration) {
  return { from: 0, to: Math.max(1, duration) };
}

/**
 * Is everything in view?
 * @param {View} view
 * @param {number} duration
 */
export function isWhole(view, duration) {
  return view.from <= 0 && view.to >= duration;
}

/**
 * Seconds to pixels.
 * @param {View} view
 * @param {number} width
 */
export function toPixels(view, width) {
  const scale = width / (view.to - view.from);
  return (/** @type {number} */ seconds) => (seconds - view.from) * scale;
}

/**
 * Pixels to seconds.
 * @param {View} view
 * @param {number} width
 * @param {number} x
 */
export function toSeconds(view, width, x) {
  return view.from + (x / Math.max(1, width)) * (view.to - view.from);
}

/**
 * Keep a view inside the lesson, without changing its span unless it is longer than the lesson.
 * @param {View} view
 * @param {number} duration
 * @returns {View}
 */
export function inside(view, duration) {
  const whole = wholeLesson(duration);
  const span = Math.min(Math.max(view.to - view.from, Math.min(LEAST_SPAN, whole.to)), whole.to);
  const from = Math.min(Math.max(0, view.from), whole.to - span);
  return { from, to: from + span };
}

/**
 * Zoom by a factor (2 shows half as much) around a second that keeps its place.
 * @param {View} view
 * @param {number} factor
 * @param {number} around
 * @param {number} duration
 * @returns {View}
 */
export function zoomed(view, factor, around, duration) {
  const span = Math.max((view.to - view.from) / factor, Math.min(LEAST_SPAN, duration || LEAST_SPAN));
  const share = (around - view.from) / (view.to - view.from);
  const from = around - share * span;
  return inside({ from, to: from + span }, duration);
}

/**
 * Move the view by a number of seconds.
 * @param {View} view
 * @param {number} by
 * @param {number} duration
 * @returns {View}
 */
export function panned(view, by, duration) {
  return inside({ from: view.from + by, to: view.to + by }, duration);
}

/**
 * The view that follows the playhead: the same while it is in view, else a page further with a little lead.
 * @param {View} view
 * @param {number} time
 * @param {number} duration
 * @returns {View}
 */
export function following(view, time, duration) {
  if (time >= view.from && time <= view.to) return view;
  const span = view.to - view.from;
  return inside({ from: time - span * 0.1, to: time + span * 0.9 }, duration);
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800];

/**
 * Where the time axis has its labels: round numbers, at least `apart` pixels from each other.
 * @param {View} view
 * @param {number} width
 * @param {number} [apart]
 * @returns {number[]}
 */
export function ticks(view, width, apart = 72) {
  const least = ((view.to - view.from) / Math.max(1, width)) * apart;
  const step = STEPS.find((candidate) => candidate >= least) ?? 3600;
  const result = [];
  for (let at = Math.ceil(view.from / step) * step; at <= view.to + 1e-6; at += step) result.push(at);
  return result;
}

/**
 * The top of the wait lane, in seconds, so that the goal and nearly all waits fit; longer ones are drawn at the top.
 * @param {number[]} waits
 * @param {number} goal
 */
export function topOfWaits(waits, goal) {
  const longest = Math.max(goal + 1, ...waits.map((wait) => wait + 0.5));
  return Math.min(12, Math.max(6, Math.ceil(longest)));
}
