/**
 * How far a figure can be trusted: dots for its weakest part, and what is not good about it, in sentences.
 *
 *     ▸ ●●○ Fairly sure of the pauses     opened:  who spoke    ●●○ fair   Who spoke is doubtful at 3 of 14 pauses.
 *                                                  pauses used  ●●● good
 *
 * The sentences are the analysis' own (analytics/evidence.py). Grades are not added up, and none is about the
 * teaching: a figure is as sure as its weakest part. They are told by shape and word, never by colour.
 */

import { element } from "../element.js";

/** @typedef {import("./talk.js").Evidence} Evidence */
/** @typedef {import("./talk.js").Grade} Grade */

/** @type {Grade[]} */
const ORDER = ["weak", "fair", "good"];

const SURE = { good: "Sure", fair: "Fairly sure", weak: "Not very sure" };

const ASPECTS = { signal: "heard well", coverage: "pauses used", roles: "who spoke", spread: "how near", count: "how many" };

/**
 * The grade of the weakest part, or null where nothing was judged. What is refused cannot be judged: weak.
 * @param {Evidence} evidence
 * @returns {Grade|null}
 */
export function weakest(evidence) {
  if (evidence.refused !== null) return "weak";
  return ORDER.find((grade) => evidence.grounds.some((ground) => ground.grade === grade)) ?? null;
}

/**
 * @param {Evidence|undefined} evidence
 * @param {string} figure what it is about
 * @param {boolean} isOpen
 * @returns {HTMLElement|null} nothing where nothing was judged
 */
export function evidenceOf(evidence, figure, isOpen) {
  const grade = evidence ? weakest(evidence) : null;
  if (!evidence || !grade) return null;
  const rows = evidence.grounds.map((ground) =>
    element("li", {}, element("span", { class: "aspect" }, ASPECTS[ground.aspect]), dots(ground.grade), element("span", {}, ground.grade), ground.says ? element("span", { class: "says" }, ground.says) : null),
  );
  return element(
    "details",
    { class: "evidence", "data-figure": figure, open: isOpen },
    element("summary", {}, dots(grade), `${SURE[grade]} of ${figure}`),
    element("ul", {}, ...rows, evidence.refused ? element("li", {}, element("span", { class: "says" }, evidence.refused)) : null),
  );
}

/** @param {Grade} grade */
function dots(grade) {
  const full = ORDER.indexOf(grade) + 1;
  return element("span", { class: "grade-dots", "aria-hidden": "true" }, "\u25cf".repeat(full) + "\u25cb".repeat(ORDER.length - full));
}
