/**
 * Asks for the five words, on a page that needs her keys (templates/unlock.html).
 */

import { part } from "../element.js";
import { sentenceOf } from "../school.js";
import { unlock } from "./unlock.js";

/** @import { Unlocked } from "./keys.js" */

/**
 * Show the form until her words unlock her keys.
 * @param {(unlocked: Unlocked) => unknown} [then] gets them
 */
export function askForWords(then) {
  const section = part("unlock");
  const form = /** @type {HTMLFormElement} */ (part("unlock-form"));
  const field = /** @type {HTMLInputElement} */ (form.querySelector("input"));
  const says = part("unlock-says");
  section.hidden = false;
  field.focus({ preventScroll: true });
  form.onsubmit = async (event) => {
    event.preventDefault();
    says.textContent = "Unlocking…";
    let unlocked;
    try {
      unlocked = await unlock(field.value);
    } catch (error) {
      says.textContent = sentenceOf(error);
      field.setAttribute("aria-invalid", "true");
      field.select();
      return;
    }
    field.value = "";
    section.hidden = true;
    await then?.(unlocked);
  };
}
