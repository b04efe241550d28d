/**
 * Asks for the five words, or a passkey, on a page that needs her keys (templates/unlock.html).
 */

import { part } from "../element.js";
import { sentenceOf } from "../school.js";
import { hasPasskeys } from "./passkey.js";
import { unlock, unlockByPasskey } from "./unlock.js";

/** @import { Unlocked } from "./keys.js" */

/**
 * Show the form until her words unlock her keys.
 * @param {(unlocked: Unlocked) => unknown} [then] gets them
 * @param {(words: string) => Promise<Unlocked>} [open] opens her identity file: the one that the school keeps, if nothing else is said
 */
export function askForWords(then, open = unlock) {
  const section = part("unlock");
  const form = /** @type {HTMLFormElement} */ (part("unlock-form"));
  const field = /** @type {HTMLInputElement} */ (form.querySelector("input"));
  const says = part("unlock-says");
  section.hidden = false;
  field.focus({ preventScroll: true });
  /** @param {() => Promise<Unlocked>} way */
  const unlockBy = async (way) => {
    says.textContent = "Unlocking…";
    let unlocked;
    try {
      unlocked = await way();
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
  form.onsubmit = (event) => {
    event.preventDefault();
    void unlockBy(() => open(field.value));
  };
  if (open !== unlock) return; // a passkey is bound to the school's address, and the file is not the school's
  part("passkey-row").hidden = !offersPasskey();
  part("unlock-passkey").onclick = () => void unlockBy(unlockByPasskey);
}

/** Whether a passkey opens her keys, and this browser can ask for one. */
export function offersPasskey() {
  return part("account").hasAttribute("data-has-passkey") && hasPasskeys();
}
