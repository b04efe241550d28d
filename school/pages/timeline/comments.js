/**
 * The comments' row of the timeline: a mark for each thread, a bar for one that is about a stretch.
 *
 *     Comments     ▾ ▾      ▾━━━      ▾2
 *
 * Marks are buttons over the canvas, so that a keyboard and a screen reader have them, too: one stop for Tab, from which
 * the arrow keys go to the next. Those that would cover one another become one mark with a number; it goes through them.
 */

import { element } from "../element.js";
import { clock } from "../lesson/clock.js";
import { toPixels } from "./scale.js";

/** @typedef {{id: string, at: number, end: number|null, label: string}} Mark */
/** @typedef {{view: import("./scale.js").View, width: number, gutter: number, top: number, height: number, unit: number}} Place */

const APART = 24; // pixels between two marks: as wide as each is

export class CommentRow {
  /** @type {Mark[]} */ #marks = [];
  /** @type {string|null} */ #chosen = null;
  #choose;

  /** @param {(id: string) => void} choose told when somebody wants to go to one */
  constructor(choose) {
    this.#choose = choose;
    this.element = element("div", { class: "timeline-comments", role: "group", "aria-label": "Comments on the timeline" });
    this.element.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** @param {Mark[]} marks in order of time */
  set marks(marks) {
    this.#marks = marks;
  }

  /** @param {string|null} id */
  set chosen(id) {
    this.#chosen = id;
  }

  /**
   * Put the marks where the view has them.
   * @param {Place} place
   */
  draw({ view, width, gutter, top, height, unit }) {
    const x = toPixels(view, width);
    const focused = /** @type {HTMLElement|null} */ (this.element.querySelector(":focus"))?.dataset.ids;
    const seen = this.#marks.filter(({ at, end }) => (end ?? at) >= view.from && at <= view.to);
    const bars = seen.flatMap(({ at, end }) => (end === null ? [] : [bar(Math.max(0, x(at)), Math.min(width, x(end)))]));
    const buttons = together(seen.filter(({ at }) => at >= view.from), x, APART * unit).map((marks) => this.#button(marks, x(marks[0].at), APART * unit));
    Object.assign(this.element.style, { left: `${gutter}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
    this.element.hidden = seen.length === 0;
    this.element.replaceChildren(...bars, ...buttons);
    const stop = buttons.find(({ dataset }) => dataset.ids === focused) ?? buttons.find((button) => button.hasAttribute("aria-current")) ?? buttons[0];
    if (stop) stop.tabIndex = 0;
    if (focused !== undefined) stop?.focus();
  }

  /**
   * @param {Mark[]} marks
   * @param {number} left
   * @param {number} wide
   */
  #button(marks, left, wide) {
    const [{ at, label }] = marks;
    const place = marks.findIndex(({ id }) => id === this.#chosen);
    const words = marks.length === 1 ? `Comment at ${clock(at)}. ${label}` : `${marks.length} comments from ${clock(at)}. ${label}`;
    const button = element("button", { type: "button", class: "timeline-comment", tabindex: -1, "data-ids": marks.map(({ id }) => id).join(" "), "aria-label": words, title: words, "aria-current": place >= 0 && "true" }, marks.length > 1 ? String(marks.length) : "");
    Object.assign(button.style, { left: `${left - wide / 2}px`, width: `${wide}px` });
    button.addEventListener("click", () => this.#choose(marks[(place + 1) % marks.length].id));
    return button;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const buttons = /** @type {HTMLElement[]} */ ([...this.element.querySelectorAll("button")]);
    const now = buttons.indexOf(/** @type {HTMLElement} */ (event.target));
    /** @type {Record<string, number>} */
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: buttons.length - 1 };
    if (!(event.key in to) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const next = buttons[Math.min(Math.max(0, to[event.key]), buttons.length - 1)];
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next?.focus();
  }
}

/**
 * Marks that would cover one another, put together.
 * @param {Mark[]} marks in order of time
 * @param {(seconds: number) => number} x
 * @param {number} apart
 * @returns {Mark[][]}
 */
export function together(marks, x, apart) {
  /** @type {Mark[][]} */
  const groups = [];
  for (const mark of marks) {
    const last = groups.at(-1);
    if (last && x(mark.at) - x(last[0].at) < apart) last.push(mark);
    else groups.push([mark]);
  }
  return groups;
}

/**
 * @param {number} from
 * @param {number} to
 */
function bar(from, to) {
  const made = element("span", { class: "timeline-stretch" });
  Object.assign(made.style, { left: `${from}px`, width: `${Math.max(2, to - from)}px` });
  return made;
}
