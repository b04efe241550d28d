/**
 * A stretch of the lesson, marked to be shared as a clip.
 *
 *     [ From 0:16 ] [ To 0:24 ]  [Share clip…]     typed, or I and O where it plays, or chosen with a wait
 *
 *     segments  |   |   |XXX|XXX|   |              a clip has whole segments: those that the stretch touches
 *     numbers         states, phases and waits cut to these; what lies in no clip is not told
 */

import { part } from "../element.js";
import { clock } from "./clock.js";

/** @typedef {import("./talk.js").Account} Account */
/** @typedef {import("./talk.js").WaitTime} WaitTime */
/** @typedef {import("../player/window.js").Range} Range */
/** @typedef {import("../player/window.js").Segment} Segment */

const LEAD_IN = 3; // seconds before a wait: enough to hear what was said
const LEAD_OUT = 2;

/**
 * Seconds of what somebody typed: "1:16", "1:02:05" or "76"; null when it is no moment.
 * @param {string} text
 * @returns {number|null}
 */
export function parseClock(text) {
  const found = /^(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,5}(?:\.\d+)?)$/.exec(text.trim());
  if (!found) return null;
  const [hours, minutes, seconds] = [Number(found[1] ?? 0), Number(found[2] ?? 0), Number(found[3])];
  return (found[2] !== undefined && seconds >= 60) || (found[1] !== undefined && minutes >= 60) ? null : hours * 3600 + minutes * 60 + seconds;
}

/**
 * The segments that a stretch touches.
 * @param {Segment[]} segments
 * @param {Range} stretch
 */
export function touched(segments, [from, to]) {
  return segments.filter(({ start, end }) => start < to && end > from);
}

/**
 * The seconds that these segments are.
 * @param {Segment[]} segments not empty, one behind another
 * @returns {Range}
 */
export function rangeOf(segments) {
  return [segments[0].start, segments[segments.length - 1].end];
}

/**
 * A stretch as people read it: "1:16 to 1:24". The school says it with the same words (school/sharing.py).
 * @param {Range} range
 */
export function told([from, to]) {
  // Sums of lengths in floating point: 84.0000001 is no second more.
  return `${clock(Number(from.toFixed(3)))} to ${clock(Math.ceil(Number(to.toFixed(3))))}`;
}

/**
 * Where a wait can be seen and heard: what was said before it, the silence, and what came then.
 * @param {WaitTime} wait
 * @returns {Range}
 */
export function aroundWait(wait) {
  const behind = [wait.offered_wait_s, wait.answer_len_s ?? 0, wait.wait2_s ?? 0].reduce((sum, seconds) => sum + Math.max(0, seconds), LEAD_OUT);
  return [Math.max(0, wait.t_end_s - LEAD_IN), wait.t_end_s + behind];
}

/**
 * The numbers of these seconds and of no others, as a line of the lesson log.
 * @param {Account} account
 * @param {Range} range
 */
export function numbersOf(account, [from, to]) {
  /** @type {<Span extends {start_s: number, end_s: number}>(spans: Span[]) => Span[]} */
  const within = (spans) =>
    spans
      .filter(({ start_s, end_s }) => start_s < to && end_s > from)
      .map((span) => ({ ...span, start_s: Math.max(from, span.start_s), end_s: Math.min(to, span.end_s) }));
  const isInside = (/** @type {WaitTime} */ wait) => wait.t_end_s >= from && wait.t_end_s + Math.max(0, wait.offered_wait_s) <= to;
  const cut = {
    duration_s: account.duration_s,
    states: within(account.states),
    phases: within(account.phases),
    waits: account.waits.filter(isInside).map((wait) => withoutLater(wait, to)),
    intervals: [],
    summary: null,
    config_hash: account.config_hash ?? "",
    version: account.version ?? "",
    poor: [],
    labels: [],
    as_heard: null,
  };
  return `${JSON.stringify({ state: null, phase: null, wait: null, account: cut })}\n`;
}

/**
 * All numbers of several clips, as one line.
 * @param {string[]} lines
 */
export function joinedNumbers(lines) {
  const accounts = lines.filter(Boolean).map((line) => /** @type {Account} */ (JSON.parse(line).account));
  if (!accounts.length) return "";
  /** @type {<Item>(of: (account: Account) => Item[], at: (item: Item) => number) => Item[]} */
  const all = (of, at) => [...new Map(accounts.flatMap(of).map((item) => [JSON.stringify(item), item])).values()].sort((a, b) => at(a) - at(b));
  const joined = {
    ...accounts[0],
    states: all(({ states }) => states, ({ start_s }) => start_s),
    phases: all(({ phases }) => phases, ({ start_s }) => start_s),
    waits: all(({ waits }) => waits, ({ t_end_s }) => t_end_s),
  };
  return `${JSON.stringify({ state: null, phase: null, wait: null, account: joined })}\n`;
}

/**
 * What was measured behind the end of the clip does not go with it.
 * @param {WaitTime} wait
 * @param {number} to
 * @returns {WaitTime}
 */
function withoutLater(wait, to) {
  const answered = wait.t_end_s + Math.max(0, wait.offered_wait_s) + Math.max(0, wait.answer_len_s ?? 0);
  const answer_len_s = answered <= to ? wait.answer_len_s : null;
  return { ...wait, answer_len_s, wait2_s: answer_len_s !== null && answered + Math.max(0, wait.wait2_s ?? 0) <= to ? wait.wait2_s : null };
}

/**
 * Offer to mark a stretch, below the timeline of whose lesson it is.
 * @param {object} page
 * @param {() => number} page.now where it plays
 * @param {() => number} page.duration
 * @param {(stretch: Range|null) => void} page.show told what is marked, now and whenever that changes
 * @param {(stretch: Range) => void} page.share
 */
export function offerStretch({ now, duration, show, share }) {
  const fields = /** @type {HTMLInputElement[]} */ ([part("stretch-from"), part("stretch-to")]);
  const says = part("stretch-says");
  part("stretch").hidden = false;

  /** @returns {Range|null} */
  function marked() {
    const [from, to] = fields.map(({ value }) => parseClock(value));
    return from !== null && to !== null && from < to && from < duration() ? [from, Math.min(to, duration())] : null;
  }

  function changed() {
    fields.forEach((field) => field.setAttribute("aria-invalid", String(field.value !== "" && parseClock(field.value) === null)));
    says.textContent = "";
    show(marked());
  }

  /**
   * @param {number} place 0: from, 1: to
   * @param {number} seconds
   */
  function set(place, seconds) {
    fields[place].value = clock(Math.min(duration(), Math.max(0, seconds)));
    changed();
  }

  fields.forEach((field, place) => {
    field.addEventListener("change", changed);
    field.addEventListener("keydown", (event) => {
      const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      set(place, (parseClock(field.value) ?? Math.round(now())) + by);
    });
  });
  part("stretch-from-here").addEventListener("click", () => set(0, now()));
  part("stretch-to-here").addEventListener("click", () => set(1, Math.ceil(now())));
  part("share-clip").addEventListener("click", () => {
    const stretch = marked();
    if (stretch) share(stretch);
    else says.textContent = "Say from when to when first: 0:16 to 0:24, for example.";
  });
  return {
    /** @param {Range} range */
    mark([from, to]) {
      fields[0].value = clock(from);
      fields[1].value = clock(Math.ceil(Math.min(to, duration())));
      changed();
    },
    /** @param {0|1} place */
    here: (place) => set(place, place ? Math.ceil(now()) : now()),
  };
}
