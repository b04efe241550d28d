/**
 * What she marked while she taught: bookmarks, each a click from its moment, and pauses of the recording.
 *
 *     Your bookmarks  [12:04] [25:13]   Paused 20:00 to 22:10: nothing was recorded
 *
 * The button is pressed when something has happened, so a bookmark plays from a little before it.
 */

import { element } from "../element.js";
import { clock } from "./clock.js";

/** @typedef {import("./talk.js").Mark} Mark */

const LEAD_IN = 10; // seconds

/**
 * Where to start playing for a bookmark.
 * @param {Mark} mark
 */
export function momentOf(mark) {
  return Math.max(0, mark.start_s - LEAD_IN);
}

/**
 * @param {HTMLElement} place
 * @param {Mark[]} marks in order of time
 * @param {(seconds: number) => void} seek
 */
export function showMarks(place, marks, seek) {
  const key = JSON.stringify(marks);
  if (place.dataset.shown === key) return;
  place.dataset.shown = key;
  place.hidden = marks.length === 0;
  const bookmarks = marks.filter(({ kind }) => kind === "bookmark");
  const buttons = bookmarks.map((mark) => {
    const button = element("button", { type: "button", class: "at", "aria-label": `Bookmark at ${clock(mark.start_s)}` }, clock(mark.start_s));
    button.addEventListener("click", () => seek(momentOf(mark)));
    return button;
  });
  const pauses = marks
    .filter(({ kind }) => kind === "pause")
    .map(({ start_s, end_s }) => element("span", { class: "muted" }, end_s === null ? `Paused since ${clock(start_s)}: nothing is recorded.` : `Paused ${clock(start_s)} to ${clock(end_s)}: nothing was recorded.`));
  place.replaceChildren(...(buttons.length ? [element("span", { class: "muted" }, "Your bookmarks"), ...buttons] : []), ...pauses);
}
