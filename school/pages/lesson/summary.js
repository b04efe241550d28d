/**
 * The lesson in numbers, each with what it is a share of.
 *
 *     counts   waits of a lesson against a goal            reached 4, about 2, shorter 9
 *     bins     how many waits were how long                 0-0.5 s 3, 0.5-1 s 7, ...
 *     unheard  seconds nobody should draw conclusions from  0:42 of 50:00, two pauses
 *
 * There is no mean and no score. Under ten waits there is no median either: the analysis leaves it out, and the page
 * says "too few to say". Nothing is coloured as bad.
 */

import { element, svg } from "../element.js";
import { minutes, percent, tenths } from "./clock.js";
import { evidenceOf } from "./evidence.js";
import { GUARD, isCounted, notCountedBecause, reach } from "./waits.js";

/** @typedef {import("./talk.js").Account} Account */
/** @typedef {import("./talk.js").WaitTime} WaitTime */
/** @typedef {{from: number, to: number, n: number, short: number, borderline: number, reached: number}} Bin */

const BIN = 0.5; // seconds
const LAST_BIN = 8; // seconds: everything from here on shares one bar

/**
 * @param {WaitTime[]} waits
 * @param {number} goal
 */
export function counts(waits, goal) {
  const result = { reached: 0, borderline: 0, short: 0, n: 0, notCounted: 0 };
  for (const wait of waits) {
    if (!isCounted(wait)) {
      result.notCounted += 1;
      continue;
    }
    result.n += 1;
    result[reach(wait.offered_wait_s, goal)] += 1;
  }
  return result;
}

/**
 * Waits by length, for the histogram, each bar split by how its waits stand to the goal.
 * @param {WaitTime[]} waits
 * @param {number} goal
 * @returns {Bin[]} the last bin has no upper end: `to` is Infinity
 */
export function bins(waits, goal) {
  /** @type {Bin[]} */
  const result = [];
  for (let from = 0; from < LAST_BIN; from += BIN) result.push({ from, to: from + BIN, n: 0, short: 0, borderline: 0, reached: 0 });
  result.push({ from: LAST_BIN, to: Infinity, n: 0, short: 0, borderline: 0, reached: 0 });
  for (const wait of waits) {
    if (!isCounted(wait)) continue;
    const bin = result[Math.min(result.length - 1, Math.floor(wait.offered_wait_s / BIN))];
    bin.n += 1;
    bin[reach(wait.offered_wait_s, goal)] += 1;
  }
  return result;
}

/**
 * What could not be heard, in seconds and in waits.
 * @param {Account} account
 * @param {number} duration
 */
export function unheard(account, duration) {
  const length = (/** @type {string} */ role) => account.states.filter((state) => state.role === role).reduce((sum, state) => sum + state.end_s - state.start_s, 0);
  /** @type {Map<string, number>} */
  const reasons = new Map();
  for (const wait of account.waits) {
    const because = notCountedBecause(wait);
    if (because) reasons.set(because, (reasons.get(because) ?? 0) + 1);
  }
  return { seconds: length("unknown"), film: length("av"), duration, reasons };
}

/**
 * @param {HTMLElement} card
 * @param {Account} account
 * @param {number} goal
 */
export function showSummary(card, account, goal) {
  const { summary } = account;
  const counted = counts(account.waits, goal);
  if (!summary) {
    card.replaceChildren(
      element("p", { class: "big" }, element("b", {}, String(counted.n)), ` ${plural(counted.n, "pause")} after you spoke, so far`),
      element("p", { class: "muted" }, "The lesson's numbers come when the recording ends."),
    );
    return;
  }
  const { waits, talk } = summary;
  const share = talk.teacher_share_of_talk;
  // Drawn anew when her goal changes: what she opened stays open.
  const open = new Set([...card.querySelectorAll("details[open]")].map((each) => each.getAttribute("data-figure")));
  card.replaceChildren(
    ...medianOf(waits),
    evidenceOf(waits.evidence, "the pauses", open.has("the pauses")) ?? "",
    element("p", {}, element("b", {}, `${counted.reached} of ${counted.n}`), ` reached your goal of ${goal} s.${counted.borderline ? ` ${counted.borderline} more came within ${GUARD} s of it.` : ""}`),
    talkBar(talk, account.duration_s),
    element(
      "p",
      {},
      share === null ? "Nobody was heard speaking." : element("span", {}, "You had ", element("b", {}, percent(share)), " of the talk, and spoke for ", element("b", {}, percent(talk.teacher_share_of_lesson)), ` of the lesson's ${minutes(account.duration_s)}.`),
    ),
    evidenceOf(talk.evidence, "who spoke how much", open.has("who spoke how much")) ?? "",
  );
}

/**
 * @param {HTMLElement} card
 * @param {Account} account
 * @param {number} goal
 */
export function showHistogram(card, account, goal) {
  const bars = bins(account.waits, goal);
  const counted = counts(account.waits, goal);
  if (!counted.n) {
    card.replaceChildren(element("p", { class: "muted" }, "No pause has been counted yet."));
    return;
  }
  const median = account.summary?.waits.median_s ?? null;
  const words = bars.filter((bar) => bar.n).map((bar) => (bar.to === Infinity ? `${bar.n} of ${bar.from} s or more` : `${bar.n} from ${bar.from} to ${bar.to} s`));
  card.replaceChildren(
    histogram(bars, goal, median, `${counted.n} ${plural(counted.n, "pause")} after you spoke, by length: ${words.join(", ")}. Your goal is ${goal} s.`),
    element("p", { class: "small muted" }, `${counted.n} ${plural(counted.n, "pause")} counted.${median === null ? "" : ` ▲ median ${tenths(median)}.`} The goal is yours: change it, and everything follows.`),
  );
}

/**
 * @param {HTMLElement} card
 * @param {Account} account
 * @param {number} duration
 */
export function showUnheard(card, account, duration) {
  const missed = unheard(account, duration);
  const waits = account.summary?.waits;
  const facts = [...missed.reasons].map(([because, n]) => element("li", {}, element("b", {}, String(n)), ` ${plural(n, "pause")} not counted: ${because}.`));
  if (missed.film >= 0.5) facts.unshift(element("li", {}, element("b", {}, minutes(missed.film)), " of film or recording, left out on both sides."));
  card.replaceChildren(
    element("p", { class: "big" }, element("b", {}, minutes(missed.seconds)), ` of ${minutes(duration)}`),
    element("p", {}, missed.seconds >= 0.5 ? "Too loud, too quiet or missing. It is hatched on the timeline and in none of your numbers." : "The microphone heard enough everywhere."),
    facts.length ? element("ul", { class: "facts" }, ...facts) : "",
    waits && waits.n_all ? element("p", { class: "small muted" }, `${percent(waits.coverage)} of ${waits.n_all} pauses could be used. A pause is known to about ${GUARD} s in a room with echo, so one that near your goal counts as neither.`) : "",
  );
}

/** @param {import("./talk.js").WaitSummary} waits */
function medianOf(waits) {
  if (waits.median_s === null) {
    return [
      element("p", { class: "big" }, element("b", {}, "Too few to say")),
      element("p", { class: "muted" }, waits.evidence?.refused ?? `${waits.n} ${plural(waits.n, "pause")} after you spoke could be counted. A median needs ten.`),
    ];
  }
  const middle = waits.quartile_low_s !== null && waits.quartile_high_s !== null ? ` The middle half lasted ${waits.quartile_low_s.toFixed(1)} to ${tenths(waits.quartile_high_s)}.` : "";
  return [
    element("p", { class: "big" }, element("b", {}, tenths(waits.median_s)), " median pause after you spoke"),
    element("p", { class: "muted" }, `${waits.n} ${plural(waits.n, "pause")}, ${percent(waits.coverage)} of all those heard.${middle}`),
  ];
}

/**
 * @param {import("./talk.js").TalkRatio} talk
 * @param {number} duration
 */
function talkBar(talk, duration) {
  const all = [
    { name: "teacher", label: "You", share: talk.teacher_share_of_lesson },
    { name: "pupils", label: "Pupils", share: talk.pupil_share_of_lesson },
    { name: "both", label: "Both at once", share: talk.overlap_share },
    { name: "group", label: "Group work", share: talk.group_share },
    { name: "quiet", label: "Quiet", share: talk.silence_share },
    { name: "work", label: "Silent work", share: talk.silent_work_share },
    { name: "av", label: "Film", share: talk.av_share },
    { name: "unheard", label: "Not heard", share: talk.unknown_share },
  ].filter((entry) => entry.share >= 0.005);
  const bar = element("div", { class: "talkbar", role: "img", "aria-label": `Of the lesson: ${all.map((entry) => `${entry.label} ${percent(entry.share)}`).join(", ")}` });
  for (const entry of all) {
    const span = element("span", { class: `is-${entry.name}` });
    span.style.flexGrow = String(entry.share);
    bar.append(span);
  }
  const legend = element("dl", { class: "shares" });
  for (const entry of all) {
    legend.append(element("div", {}, element("dt", {}, element("span", { class: `swatch is-${entry.name}` }), entry.label), element("dd", {}, percent(entry.share))));
  }
  return element("div", { class: "talk" }, bar, element("p", { class: "small muted" }, `Share of the lesson's ${minutes(duration)}`), legend);
}

/**
 * @param {Bin[]} bars
 * @param {number} goal
 * @param {number|null} median
 * @param {string} words
 */
function histogram(bars, goal, median, words) {
  const [width, height, left, top, bottom] = [420, 200, 26, 26, 168];
  const most = Math.max(4, ...bars.map((bar) => bar.n));
  const step = most <= 6 ? 2 : most <= 12 ? 4 : most <= 30 ? 5 : Math.ceil(most / 30) * 5;
  const high = Math.ceil(most / step) * step;
  const wide = (width - left) / bars.length;
  const x = (/** @type {number} */ seconds) => left + (Math.min(seconds, LAST_BIN + BIN) / BIN) * wide;
  const y = (/** @type {number} */ n) => bottom - (n / high) * (bottom - top);
  const chart = svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words });
  // Half the colour, half the pattern: a bar in the guard band is told from both sides without colour.
  chart.append(
    svg("defs", {}, svg("pattern", { id: "borderline", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, svg("rect", { width: 6, height: 6, class: "borderline-ground" }), svg("line", { x1: 1.5, x2: 1.5, y1: 0, y2: 6, class: "borderline-line" }))),
  );
  for (let n = 0; n <= high; n += step) {
    chart.append(svg("line", { class: "grid", x1: left, x2: width, y1: y(n), y2: y(n) }), svg("text", { x: left - 6, y: y(n) + 4, "text-anchor": "end" }, String(n)));
  }
  for (const bar of bars) {
    let below = 0;
    for (const how of /** @type {const} */ (["short", "borderline", "reached"])) {
      if (bar[how]) chart.append(svg("rect", { class: `bar-${how}`, x: x(bar.from) + 1.25, y: y(below + bar[how]), width: wide - 2.5, height: y(below) - y(below + bar[how]), rx: 1.5 }));
      below += bar[how];
    }
  }
  for (let seconds = 0; seconds <= LAST_BIN; seconds += 1) {
    chart.append(svg("text", { x: seconds === LAST_BIN ? x(seconds) + wide / 2 : x(seconds), y: bottom + 15, "text-anchor": "middle" }, seconds === LAST_BIN ? `${seconds}+` : String(seconds)));
  }
  chart.append(
    svg("line", { class: "goal-line", x1: x(goal), x2: x(goal), y1: top - 8, y2: bottom }),
    svg("text", { class: "goal-words", x: goal > 6 ? x(goal) - 5 : x(goal) + 5, y: top - 10, "text-anchor": goal > 6 ? "end" : "start" }, `goal ${goal} s`),
    svg("text", { x: (left + width) / 2, y: height - 2, "text-anchor": "middle" }, "seconds of pause after you spoke"),
  );
  if (median !== null) chart.append(svg("path", { class: "median", d: `M${x(median) - 5} ${bottom + 8}l5 -7l5 7z` }));
  return chart;
}

/**
 * @param {number} n
 * @param {string} word
 */
function plural(n, word) {
  return n === 1 ? word : `${word}s`;
}
