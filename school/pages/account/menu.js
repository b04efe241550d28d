/**
 * The account menu, on every page of somebody who is signed in.
 *
 *     Lock this device               the keys are forgotten here; the five words are asked for again
 *     Download my identity file      the locked file, for the teacher's own computer
 *     Sign out                       ends the session, and locks
 *
 * Who has no keys has only the last of it.
 */

import { fromBase64url } from "../footage/bytes.js";
import { element, part } from "../element.js";
import { askJson, sentenceOf, tellJson } from "../school.js";
import { forget, kept } from "./keep.js";
import { keyWords } from "./keys.js";
import { identityHere } from "./unlock.js";

const menu = /** @type {HTMLDetailsElement} */ (part("account"));
const kid = menu.dataset.kid ?? "";

async function show() {
  const isUnlocked = (await kept(kid)) !== null;
  part("lock", menu).hidden = !isUnlocked;
  part("lock-state", menu).textContent = isUnlocked ? "Your lessons can be opened on this device." : "Your keys are locked on this device.";
}

async function lock() {
  await forget();
  location.reload();
}

async function download() {
  const me = await askJson("/api/me");
  const address = URL.createObjectURL(new Blob([fromBase64url(me.sealed_identity)], { type: "application/json" }));
  const link = element("a", { href: address, download: "waitwise-identity.json" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

async function leave() {
  await forget();
  await tellJson("/api/leave", {});
  location.assign("/welcome");
}

/** @param {unknown} error */
function say(error) {
  if (kid) part("lock-state", menu).textContent = sentenceOf(error);
}

function keys() {
  part("lock", menu).addEventListener("click", () => lock().catch(say));
  part("download-identity", menu).addEventListener("click", () => download().catch(say));
  menu.addEventListener("toggle", async () => {
    // Derived slowly on purpose, so only when somebody looks.
    if (menu.open) part("key-words", menu).textContent = (await keyWords(kid)).join(" ");
  });
  document.addEventListener("unlocked", () => void show());
  // The lesson page takes the words out of the address itself; on every other page it is done here.
  if (document.querySelector("[data-part=lesson]")) void show();
  else identityHere(kid).catch(say).finally(show);
}

part("leave", menu).addEventListener("click", () => leave().catch(say));
menu.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  menu.open = false;
  menu.querySelector("summary")?.focus();
});
document.addEventListener("click", (event) => {
  if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
});
if (kid) keys();
