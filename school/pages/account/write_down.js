/**
 * Shows her a new secret once, asks for it back, and only then lets it be used (templates/write_down.html).
 *
 *     words ----written----> words-again --the same--> then(words)          the five words
 *     code ------paper-----> code-again ---the same--> then(code)           the recovery code
 *       ^----- show again -------+
 *
 * A secret that was not typed back is never used: a key nobody can open must never be sealed to.
 */

import { element, part } from "../element.js";
import { sentenceOf } from "../school.js";
import { newSecret, sameSecret } from "./keys.js";

/** @typedef {"words"|"code"} What */

/**
 * Show one panel of the page, and no other.
 * @param {string} name
 */
export function showPanel(name) {
  for (const panel of document.querySelectorAll("[data-panel]")) panel.toggleAttribute("hidden", panel.getAttribute("data-panel") !== name);
  const panel = document.querySelector(`[data-panel=${name}]`);
  const focus = panel?.querySelector("input") ?? panel?.querySelector("h2[tabindex]");
  if (focus instanceof HTMLElement) focus.focus();
  document.dispatchEvent(new CustomEvent("panel", { detail: name }));
}

/**
 * Make a new secret, show it, and ask for it back.
 * @param {What} what
 * @param {(secret: string) => Promise<unknown>} then does what it is for; what it throws is said, and she can try again
 */
export async function writeDown(what, then) {
  const secret = await newSecret(what);
  const pieces = secret.split(what === "words" ? " " : "-");
  part(what).replaceChildren(...pieces.map((piece) => element("li", {}, piece)));
  const form = /** @type {HTMLFormElement} */ (part(`${what}-check`));
  const field = /** @type {HTMLInputElement} */ (form.querySelector("input"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
  const says = part(what === "words" ? "words-say" : "code-says");
  if (what === "code") {
    const date = /** @type {HTMLTimeElement} */ (part("code-date"));
    date.dateTime = new Date().toISOString().slice(0, 10);
    date.textContent = date.dateTime;
    part("code-print").onclick = () => window.print();
  }
  part(`${what}-written`).onclick = () => showPanel(`${what}-again`);
  part(`${what}-show`).onclick = () => showPanel(what);
  form.onsubmit = async (event) => {
    event.preventDefault();
    field.removeAttribute("aria-invalid");
    button.disabled = true;
    try {
      await expectSame(what, field.value, secret);
      says.textContent = "One moment…";
      await then(secret);
      field.value = "";
      part(what).replaceChildren();
    } catch (error) {
      says.textContent = sentenceOf(error);
      field.setAttribute("aria-invalid", "true");
      field.focus();
    } finally {
      button.disabled = false;
    }
  };
  showPanel(what);
}

/**
 * Throws a sentence that says what is mistyped.
 * @param {What} what
 * @param {string} typed
 * @param {string} secret
 */
async function expectSame(what, typed, secret) {
  if (await sameSecret(what, typed, secret)) return;
  throw new Error(
    what === "words"
      ? "These are not the same five words. Compare them with your paper, or show the words again."
      : "This is a recovery code, but another one. Compare it with your paper, or show the code again.",
  );
}
