/**
 * The join page: makes a teacher's keys, shows her five words once, asks for them back, and only then registers her. Her key card, to
 * print, is the page that follows.
 *
 *     start --make--> words --written--> again --same words--> registered --> /card
 *                       ^------ show again ------+
 *
 * Nobody is registered before she has typed her words: a key nobody can open must never be recorded to.
 */

import { element, part } from "../element.js";
import { toBase64url } from "../footage/bytes.js";
import { sentenceOf, tellJson } from "../school.js";
import { keep } from "./keep.js";
import { makeKeys, newWords, sameWords } from "./keys.js";

const root = part("join");
const problem = part("problem");

let words = "";

/**
 * @param {"start"|"words"|"again"} step
 */
function show(step) {
  root.dataset.state = step;
  for (const panel of root.querySelectorAll("[data-panel]")) panel.toggleAttribute("hidden", panel.getAttribute("data-panel") !== step);
  for (const mark of root.querySelectorAll("[data-step]")) {
    if (mark.getAttribute("data-step") === step) mark.setAttribute("aria-current", "step");
    else mark.removeAttribute("aria-current");
  }
  const focus = step === "again" ? part("check").querySelector("input") : root.querySelector(`[data-panel=${step}] h2`);
  if (focus instanceof HTMLElement && step !== "start") focus.focus();
}

/** @param {string} sentence empty: nothing is wrong */
function say(sentence) {
  problem.hidden = !sentence;
  problem.textContent = sentence;
}

async function make() {
  say("");
  words = await newWords();
  part("words").replaceChildren(...words.split(" ").map((word) => element("li", {}, word)));
  show("words");
}

/** @param {SubmitEvent} event */
async function join(event) {
  event.preventDefault();
  const field = /** @type {HTMLInputElement} */ (part("check").querySelector("input"));
  const button = /** @type {HTMLButtonElement} */ (part("join-now"));
  say("");
  if (!(await sameWords(field.value, words))) {
    say("These are not the same five words. Compare them with your paper, or show the words again.");
    field.setAttribute("aria-invalid", "true");
    field.focus();
    return;
  }
  button.disabled = true;
  part("typed-says").textContent = "Making and locking your keys…";
  try {
    const made = await makeKeys(words);
    const { recipient } = made.unlocked.identity;
    await tellJson("/api/join", {
      code: root.dataset.code,
      encryption_key: toBase64url(recipient.encryptionKey),
      signing_key: toBase64url(recipient.signingKey),
      sealed_identity: toBase64url(made.sealed),
    });
    await keep(made.unlocked);
    words = field.value = "";
    location.assign("/card");
  } catch (error) {
    button.disabled = false;
    part("typed-says").textContent = "";
    say(sentenceOf(error));
  }
}

part("make").addEventListener("click", () => void make());
part("written").addEventListener("click", () => show("again"));
part("show-again").addEventListener("click", () => show("words"));
part("check").addEventListener("submit", (event) => void join(/** @type {SubmitEvent} */ (event)));
show("start");
