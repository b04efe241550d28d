/**
 * The join page: makes a teacher's keys, lets her write down the two ways to them, and only then registers her. Her key card, to
 * print, is the page that follows.
 *
 *     start --make--> words, typed back --> recovery code, typed back --> registered --> /card
 *
 * Nobody is registered before she has typed both back: a key nobody can open must never be recorded to.
 */

import { part } from "../element.js";
import { toBase64url } from "../footage/bytes.js";
import { tellJson } from "../school.js";
import { keep } from "./keep.js";
import { makeKeys } from "./keys.js";
import { showPanel, writeDown } from "./write_down.js";

const root = part("join");

/**
 * @param {string} words
 * @param {string} code
 */
async function join(words, code) {
  const made = await makeKeys(words, code);
  const { recipient } = made.unlocked.identity;
  const joined = await tellJson("/api/join", {
    code: root.dataset.code,
    encryption_key: toBase64url(recipient.encryptionKey),
    signing_key: toBase64url(recipient.signingKey),
    sealed_identity: toBase64url(made.sealed),
  });
  await keep(made.unlocked, String(joined.devices));
  location.assign("/card");
}

document.addEventListener("panel", (event) => {
  const step = String(/** @type {CustomEvent} */ (event).detail).replace("-again", "");
  for (const mark of root.querySelectorAll("[data-step]")) {
    if (mark.getAttribute("data-step") === step) mark.setAttribute("aria-current", "step");
    else mark.removeAttribute("aria-current");
  }
});
part("make").addEventListener("click", () => void writeDown("words", (words) => writeDown("code", (code) => join(words, code))));
showPanel("start");
