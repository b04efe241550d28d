/**
 * Moments in the reader's own time zone and words.
 */

/** For a row of a table. */
export const SHORT = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });

/** Beside a name. */
export const BRIEF = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** For a heading. */
export const LONG = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });

/** The day that something ends. */
export const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });

const FORMS = { short: SHORT, long: LONG, day: DAY };

/**
 * Write every `<time>` of the page as people say it here; one with a `data-form` in that form.
 * @param {ParentNode} page
 * @param {Intl.DateTimeFormat} form
 */
export function showMoments(page, form) {
  for (const time of page.querySelectorAll("time")) {
    const moment = new Date(time.dateTime);
    const own = FORMS[/** @type {keyof typeof FORMS} */ (time.dataset.form)] ?? form;
    if (!Number.isNaN(moment.getTime())) time.textContent = own.format(moment);
  }
}
