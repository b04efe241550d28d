/**
 * Forms of the pages around signing in: send, say what is wrong, and never keep a secret in a field.
 *
 *     submit --work--> done | a sentence, and the secrets are asked for again
 */

import { part } from "../element.js";
import { sentenceOf } from "../school.js";

/**
 * What stands in a field.
 * @param {HTMLFormElement} form
 * @param {string} name
 */
export function typed(form, name) {
  const field = form.elements.namedItem(name);
  return field instanceof HTMLInputElement ? field.value : "";
}

/**
 * Do `work` whenever the form is sent. What it throws is said in the page's "problem".
 * @param {HTMLFormElement} form
 * @param {(pressed: string) => Promise<unknown>} work gets the value of the button that was pressed
 */
export function onSubmit(form, work) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const pressed = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "";
    await during(form.querySelectorAll("button"), () => work(pressed));
    for (const field of form.querySelectorAll("input")) if (field.type === "password") field.value = "";
  });
}

/**
 * Do `work` once, with these buttons asleep.
 * @param {Iterable<HTMLButtonElement>} buttons
 * @param {() => Promise<unknown>} work
 */
export async function during(buttons, work) {
  const all = [...buttons];
  say("problem", "");
  for (const button of all) button.disabled = true;
  try {
    await work();
  } catch (error) {
    say("problem", sentenceOf(error));
  } finally {
    for (const button of all) button.disabled = false;
  }
}

/**
 * @param {"problem"|"done"} name
 * @param {string} sentence empty: there is nothing to say
 */
export function say(name, sentence) {
  const place = part(name);
  place.hidden = !sentence;
  place.textContent = sentence;
}

/**
 * A new password, typed twice the same. Throws a sentence.
 * @param {HTMLFormElement} form
 */
export function newPassword(form) {
  if (typed(form, "new") !== typed(form, "again")) throw new Error("The two are not the same. Type the new password twice.");
  return typed(form, "new");
}
