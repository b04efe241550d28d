/**
 * One wait in words, and against a goal.
 *
 *     1:16 you stopped -> paused 1.7 s -> a pupil spoke 3.2 s -> you waited 0.6 s
 *
 *     goal - 0.25 s      goal      goal + 0.25 s
 *     ---- short ----|-- borderline --|---- reached ----
 *
 * The words are chosen with care. Sound alone does not know a question from a statement, so there is no "question"
 * here unless something measured one; it does not know whether the teacher answered herself; and a short pause is
 * not a fault.
 */

import { clock, tenths } from "./clock.js";

/** @typedef {import("./talk.js").WaitTime} WaitTime */
/** @typedef {"reached"|"borderline"|"short"} Reach */
/** @typedef {{text: string, seconds?: number}} Step */

/** Boundaries in a reverberant room are known to about this many seconds. */
export const GUARD = 0.25;

/** Seconds before the end of the teacher's speech at which a click starts to play: enough to hear what was said. */
export const LEAD_IN = 3;

/**
 * Did the wait reach the goal? Within the guard band the honest answer is neither yes nor no.
 * @param {number} seconds
 * @param {number} goal
 * @returns {Reach}
 */
export function reach(seconds, goal) {
  // A difference of two decimals in floating point: 5.25 - 5 must count as inside.
  if (Math.abs(seconds - goal) <= GUARD + 1e-9) return "borderline";
  return seconds > goal ? "reached" : "short";
}

/** @type {Record<Reach, string>} */
export const REACH_WORDS = {
  reached: "reached your goal",
  borderline: "about your goal",
  short: "shorter than your goal",
};

/**
 * Does it count? Only whole-class pauses that could be measured, and that were no start of other work, do.
 * @param {WaitTime} wait
 */
export function isCounted(wait) {
  return notCountedBecause(wait) === null;
}

/**
 * Why a wait is drawn but not counted, or null when it is counted.
 * @param {WaitTime} wait
 * @returns {string|null}
 */
export function notCountedBecause(wait) {
  if (wait.human?.is_question === false) return "you said that it was no question";
  if (wait.outcome === "to_group") return "pair or group talk began";
  if (wait.outcome === "to_silent_work") return "silent work began";
  if (wait.offered_wait_s < 0 || wait.outcome === "overlapped") return "voices overlapped, so there was no pause";
  if (!wait.usable) return wait.outcome === "none" ? "we could not hear what came next" : "we could not hear it well enough";
  if (wait.outcome === "none") return "nobody spoke for a long time";
  if (wait.phase !== "whole_class") return "the class was not working all together";
  return null;
}

/**
 * Was there something that measured a question? Sound alone (`gap_only`) never says so.
 * @param {WaitTime} wait
 */
export function isLikelyQuestion(wait) {
  return wait.basis === "human" || (wait.basis !== "gap_only" && wait.p_q !== null && wait.p_q >= 0.5);
}

/**
 * The wait as steps of a sentence, in the order they were heard.
 * @param {WaitTime} wait
 * @returns {Step[]}
 */
export function steps(wait) {
  const start = { text: isLikelyQuestion(wait) ? "likely question" : "you stopped" };
  const paused = { text: "paused", seconds: wait.offered_wait_s };
  const answer = wait.answer_len_s === null ? {} : { seconds: wait.answer_len_s };
  const after = wait.wait2_s !== null && wait.wait2_s >= 0 ? [{ text: "you waited", seconds: wait.wait2_s }] : [];
  switch (wait.outcome) {
    case "answered":
      return [start, paused, { text: "a pupil spoke", ...answer }, ...after];
    case "choral":
      return [start, paused, { text: "the class answered together", ...answer }, ...after];
    case "overlapped":
      return [{ text: "a pupil began before you ended", ...answer }, ...after];
    case "named":
      return [
        start,
        { text: "paused", seconds: wait.pause_before_name_s ?? wait.offered_wait_s },
        { text: "you said a few words" },
        ...(wait.pause_after_name_s === null ? [] : [{ text: "paused", seconds: wait.pause_after_name_s }]),
        { text: "a pupil spoke", ...answer },
        ...after,
      ];
    case "reasked":
      return [start, paused, { text: "you asked again" }];
    case "continued":
      return [start, paused, { text: "you spoke again" }];
    case "to_group":
      return [start, paused, { text: "pair or group talk began" }];
    case "to_silent_work":
      return [start, paused, { text: "silent work began" }];
    case "none":
      return [start, paused, { text: wait.usable ? "nobody spoke" : "we could not hear what came next" }];
  }
}

/**
 * What came next, in a few words, for a list or a table.
 * @param {WaitTime} wait
 */
export function nextWords(wait) {
  const words = {
    answered: "a pupil spoke",
    choral: "the class answered together",
    overlapped: "a pupil began before you ended",
    named: "you said a few words, then a pupil spoke",
    reasked: "you asked again",
    continued: "you spoke again",
    to_group: "pair or group talk began",
    to_silent_work: "silent work began",
    none: wait.usable ? "nobody spoke" : "we could not hear what came next",
  };
  return words[wait.outcome];
}

/**
 * The whole sentence, for a screen reader.
 * @param {WaitTime} wait
 */
export function sentence(wait) {
  const told = steps(wait).map((step) => (step.seconds === undefined ? step.text : `${step.text} ${tenths(step.seconds)}`));
  return `${clock(wait.t_end_s)} ${told.join(", then ")}`;
}

/**
 * How sure we are, in words and with its number.
 * @param {WaitTime} wait
 */
export function howSure(wait) {
  const words = wait.conf >= 0.85 ? "sure" : wait.conf >= 0.65 ? "fairly sure" : "not very sure";
  const within = wait.sd_ms > 0 ? `, within ${tenths(Math.max(0.1, (2 * wait.sd_ms) / 1000))}` : "";
  return `${words}${within}`;
}

/** @type {Record<import("./talk.js").Flag, string>} */
const FLAG_WORDS = {
  low_snr: "it was noisy",
  babble: "other voices in the background",
  overlap: "voices overlapped",
  role_weak: "unsure who spoke",
  clipped: "too loud to measure well",
  av: "a film or recording was playing",
  gap_in_audio: "sound is missing here",
};

/**
 * The flags of a wait in words, without repeating one.
 * @param {WaitTime} wait
 * @returns {string[]}
 */
export function flagWords(wait) {
  return wait.flags.map((flag) => FLAG_WORDS[flag] ?? flag);
}

/**
 * Where to start playing for this wait.
 * @param {WaitTime} wait
 */
export function moment(wait) {
  return Math.max(0, wait.t_end_s - LEAD_IN);
}

/**
 * The next or the previous wait, by its moment. From a chosen one it is the one beside it, however close.
 * @param {WaitTime[]} waits in order of time
 * @param {number} time where the player is
 * @param {1|-1} direction
 * @param {string|null} chosen
 * @returns {WaitTime|null}
 */
export function neighbour(waits, time, direction, chosen = null) {
  const place = waits.findIndex((wait) => wait.event_id === chosen);
  // The chosen one counts as "here" while its lead-in and its silence play, not when somebody has gone elsewhere.
  const isHere = place >= 0 && time >= moment(waits[place]) - 0.5 && time <= waits[place].t_end_s + Math.max(0, waits[place].offered_wait_s);
  if (isHere) return waits[place + direction] ?? null;
  if (direction > 0) return waits.find((wait) => moment(wait) > time) ?? null;
  return waits.findLast((wait) => moment(wait) < time - 1) ?? null;
}
