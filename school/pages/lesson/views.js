/**
 * A lesson's waits as a list beside the player, as one sentence, and as a table.
 *
 * All three say the same words (waits.js). Each entry is a button to its moment.
 */

import { arrow, dot, element } from "../element.js";
import { clock, tenths } from "./clock.js";
import { REACH_WORDS, flagWords, howSure, isCounted, nextWords, notCountedBecause, reach, sentence, steps } from "./waits.js";

/** @typedef {import("./talk.js").WaitTime} WaitTime */

/**
 * Shape of a wait's dot.
 * @param {WaitTime} wait
 * @param {number} goal
 */
export function shape(wait, goal) {
  return isCounted(wait) ? reach(wait.offered_wait_s, goal) : "not-counted";
}

/**
 * Fill the list beside the player. What has not changed keeps its element, and with it the keyboard's focus.
 * @param {HTMLElement} list
 * @param {WaitTime[]} waits
 * @param {number} goal
 * @param {string|null} chosen
 */
export function showList(list, waits, goal, chosen) {
  const before = new Map([...list.children].map((row) => [row.getAttribute("data-event"), row]));
  const rows = waits.map((wait) => {
    const version = JSON.stringify([wait, goal]);
    const old = before.get(wait.event_id);
    if (old && old.getAttribute("data-version") === String(hash(version))) return old;
    return listRow(wait, goal, hash(version));
  });
  // Only what is new or moved is touched: a live lesson adds one row, it does not rebuild two hundred.
  rows.forEach((row, n) => {
    if (list.children[n] !== row) list.insertBefore(row, list.children[n] ?? null);
  });
  while (list.children.length > rows.length) list.lastElementChild?.remove();
  markChosen(list, chosen);
}

/**
 * Mark the chosen wait in the list, and bring it into view there.
 * @param {HTMLElement} list
 * @param {string|null} chosen
 */
export function markChosen(list, chosen) {
  for (const row of list.children) {
    const button = row.firstElementChild;
    const isChosen = row.getAttribute("data-event") === chosen;
    if (isChosen === (button?.getAttribute("aria-current") === "true")) continue;
    if (isChosen) button?.setAttribute("aria-current", "true");
    else button?.removeAttribute("aria-current");
    if (isChosen && row instanceof HTMLElement) scrollWithin(list, row);
  }
}

/**
 * Say one wait in a sentence.
 * @param {HTMLElement} strip
 * @param {WaitTime} wait
 * @param {...HTMLElement} actions what can be done with it
 */
export function showDetail(strip, wait, ...actions) {
  const [first, ...rest] = steps(wait);
  const told = element("p", { class: "detail-told" });
  told.append(stepOf({ text: `${clock(wait.t_end_s)} ${first.text}`, seconds: first.seconds }, true));
  for (const step of rest) told.append(arrow(), stepOf(step, false));
  const because = notCountedBecause(wait);
  const sure = [`How sure: ${howSure(wait)}`, ...flagWords(wait), ...(because ? [`not counted: ${because}`] : [])];
  strip.replaceChildren(
    element("p", { class: "detail-seconds" }, wait.offered_wait_s < 0 ? "no pause" : tenths(wait.offered_wait_s)),
    told,
    element("p", { class: "detail-sure" }, sure.join(" · ")),
    ...actions,
  );
}

/**
 * Fill the table: everything the timeline shows, for eyes and ears that prefer rows.
 * @param {HTMLElement} body
 * @param {WaitTime[]} waits
 * @param {number} goal
 */
export function showTable(body, waits, goal) {
  body.replaceChildren(
    ...waits.map((wait) => {
      const because = notCountedBecause(wait);
      const flags = flagWords(wait);
      const against = because ? `not counted: ${because}` : REACH_WORDS[reach(wait.offered_wait_s, goal)];
      const seconds = (/** @type {number|null} */ value) => (value === null || value < 0 ? "–" : tenths(value));
      const at = element("button", { type: "button", class: "link", "data-event": wait.event_id, "aria-label": `Play ${clock(wait.t_end_s)}` }, clock(wait.t_end_s));
      return element(
        "tr",
        {},
        element("th", { scope: "row" }, at),
        element("td", { class: "number" }, wait.offered_wait_s < 0 ? "none" : tenths(wait.offered_wait_s)),
        element("td", {}, nextWords(wait)),
        element("td", { class: "number" }, seconds(wait.answer_len_s)),
        element("td", { class: "number" }, seconds(wait.wait2_s)),
        element("td", {}, [howSure(wait), ...flags].join("; ")),
        element("td", {}, against),
      );
    }),
  );
}

/**
 * @param {WaitTime} wait
 * @param {number} goal
 * @param {number} version
 */
function listRow(wait, goal, version) {
  const counted = isCounted(wait);
  const how = shape(wait, goal);
  const button = element(
    "button",
    { type: "button", class: counted ? "wait" : "wait is-not-counted", "aria-label": `${sentence(wait)}. ${counted ? REACH_WORDS[reach(wait.offered_wait_s, goal)] : "not counted"}.` },
    element("span", { class: "at" }, clock(wait.t_end_s)),
    dot(how),
    element(
      "span",
      {},
      element("span", { class: "seconds" }, wait.offered_wait_s < 0 ? "no pause" : tenths(wait.offered_wait_s)),
      " ",
      element("span", { class: "then" }, nextWords(wait)),
    ),
  );
  return element("li", { "data-event": wait.event_id, "data-version": version }, button);
}

/**
 * @param {import("./waits.js").Step} step
 * @param {boolean} isFirst
 */
function stepOf(step, isFirst) {
  const span = element("span", { class: "step" });
  span.append(isFirst ? element("b", {}, step.text) : step.text);
  if (step.seconds !== undefined) span.append(" ", element("b", {}, tenths(step.seconds)));
  return span;
}

/**
 * Scroll the list only, never the page under somebody who is reading.
 * @param {HTMLElement} list
 * @param {HTMLElement} row
 */
export function scrollWithin(list, row) {
  const [top, bottom] = [row.offsetTop - list.offsetTop * Number(row.offsetParent !== list), row.offsetTop + row.offsetHeight];
  if (top < list.scrollTop) list.scrollTop = top - 8;
  else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight + 8;
}

/** @param {string} text */
function hash(text) {
  let value = 0;
  for (let n = 0; n < text.length; n += 1) value = (value * 31 + text.charCodeAt(n)) | 0;
  return value;
}
