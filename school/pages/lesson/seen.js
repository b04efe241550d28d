/**
 * What a reader is told of what was shared with her: which seconds, and what her colleague wrote to it.
 *
 *     ,-----------------------------------------------------------.
 *     | 0:16 to 0:24 of this lesson were shared with you. The     |
 *     | rest was not: nothing is missing.                         |
 *     | R. Amin wrote: "Look at the pause after the question."    |
 *     '-----------------------------------------------------------'
 */

import { element, part } from "../element.js";
import { told } from "./stretch.js";

/** @typedef {import("./open.js").OpenedLesson} OpenedLesson */

/**
 * @param {OpenedLesson} lesson
 * @param {string} giver her name
 */
export function showSeen(lesson, giver) {
  const place = part("seen");
  const clips = [...(lesson.clips ?? [])].sort((a, b) => a.range[0] - b.range[0]);
  const notes = [...new Set([lesson.note, ...clips.map(({ note }) => note)].filter(Boolean))];
  const isCounted = clips.some(({ numbers }) => numbers);
  place.replaceChildren(
    ...(clips.length ? [element("p", {}, element("b", {}, clips.map(({ range }) => told(range)).join(", ")), ` of this lesson ${clips.length > 1 ? "were" : "was"} shared with you. The rest was not: nothing is missing.`)] : []),
    ...(isCounted ? [element("p", { class: "muted small" }, `The numbers of these seconds are as ${giver} gave them: the unit has signed only the picture and sound.`)] : []),
    ...notes.map((note) => element("blockquote", {}, element("p", { class: "muted small" }, `${giver} wrote`), element("p", {}, note))),
  );
  place.hidden = place.children.length === 0;
  part("figures").hidden = clips.length > 0;
}
