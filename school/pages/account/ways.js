/**
 * The page of the ways to her keys: other words, another code, passkeys, and other devices that must forget them.
 *
 *     ways --choose--> open: words, code or passkey --> shown, typed back --signed--> the school has the new file
 *
 * What opens her keys is asked for each time, on an unlocked device as well: who finds her browser open must not be able
 * to lock her out.
 */

import { part } from "../element.js";
import { fromBase64url, toBase64url } from "../footage/bytes.js";
import { passkeysIn } from "../footage/identity.js";
import { askJson, sentenceOf, tellJson } from "../school.js";
import { keep, kept } from "./keep.js";
import { lockAnew, openerOf, passkeyOf, unlockKeys } from "./keys.js";
import { hasPasskeys } from "./passkey.js";
import { makePasskey } from "./passkey_secret.js";
import { offersPasskey } from "./unlock_form.js";
import { showPanel, writeDown } from "./write_down.js";

/** @import { Change, Opener, Unlocked } from "./keys.js" */
/** @import { Bytes } from "../footage/bytes.js" */
/** @import { What } from "./write_down.js" */

const DONE = "waitwise.done";

/**
 * Ask for a way in, and open the file that the school has with it.
 * @param {(file: Bytes, opener: Opener, unlocked: Unlocked) => unknown} then
 */
function open(then) {
  const form = /** @type {HTMLFormElement} */ (part("open-form"));
  const field = /** @type {HTMLInputElement} */ (form.querySelector("input"));
  const says = part("open-says");
  /** @param {(file: Bytes) => Promise<Opener>} by */
  const openBy = async (by) => {
    says.textContent = "Opening…";
    try {
      const me = await askJson("/api/me");
      const file = fromBase64url(me.sealed_identity);
      const opener = await by(file);
      const unlocked = await unlockKeys(file, opener, me.kid);
      field.value = says.textContent = "";
      field.removeAttribute("aria-invalid");
      await then(file, opener, unlocked);
    } catch (error) {
      says.textContent = sentenceOf(error);
      field.setAttribute("aria-invalid", "true");
      field.select();
    }
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    void openBy(() => openerOf(field.value));
  };
  part("open-passkey").hidden = !offersPasskey();
  part("open-passkey").onclick = () => void openBy(passkeyOf);
  showPanel("open");
}

/** @param {What} what */
function change(what) {
  open((file, opener, unlocked) =>
    writeDown(what, async (secret) => {
      await store(file, opener, unlocked, { [what]: secret });
      finish(what === "words" ? "Your new five words open your keys. The old ones do not any more." : "Your recovery code opens your keys. Keep it at home, apart from your five words.");
    }),
  );
}

function addOne() {
  open(async (file, opener, unlocked) => {
    const others = passkeysIn(file).map(({ credential }) => credential);
    const passkey = await makePasskey(unlocked.kid, part("ways").dataset.name ?? "", others);
    await store(file, opener, unlocked, { passkey });
    finish("The passkey opens your keys. Your five words and your recovery code do as well, as before.");
  });
}

/** @param {Bytes} credential */
function remove(credential) {
  open(async (file, opener, unlocked) => {
    await store(file, opener, unlocked, { without: credential });
    finish("The passkey does not open your keys any more. Delete it on the device as well.");
  });
}

/**
 * @param {Bytes} file
 * @param {Opener} opener
 * @param {Unlocked} unlocked
 * @param {Change} what
 */
async function store(file, opener, unlocked, what) {
  const line = await lockAnew(file, opener, unlocked.identity, what);
  await tellJson("/api/identity", { replacement: toBase64url(line) });
  await keep(unlocked);
}

/** This device stays as it is: signed in, and unlocked if it was. */
async function forgetDevices() {
  const here = await kept(part("account").dataset.kid ?? "");
  const { devices } = await tellJson("/api/forget-devices", {});
  if (here) await keep(here, String(devices));
  finish("Every other device is signed out, and needs your five words before it opens a lesson again.");
}

/**
 * Load the page again, so that it shows what the school has, and say there what was done.
 * @param {string} sentence
 */
function finish(sentence) {
  sessionStorage.setItem(DONE, sentence);
  const next = part("ways").dataset.next ?? "/lessons";
  location.replace(`/keys?next=${encodeURIComponent(next)}`);
}

function sayDone() {
  const sentence = sessionStorage.getItem(DONE);
  sessionStorage.removeItem(DONE);
  part("done").hidden = !sentence;
  part("done").textContent = sentence ?? "";
}

for (const what of /** @type {const} */ (["words", "code"])) {
  for (const button of document.querySelectorAll(`[data-part=change-${what}]`)) button.addEventListener("click", () => change(what));
}
for (const button of document.querySelectorAll("[data-part=add-passkey]")) {
  button.toggleAttribute("hidden", !hasPasskeys());
  button.addEventListener("click", addOne);
}
for (const button of document.querySelectorAll("[data-part=remove-passkey]")) {
  button.addEventListener("click", () => remove(fromBase64url(/** @type {HTMLElement} */ (button).dataset.credential ?? "")));
}
part("forget-devices").addEventListener("click", () => {
  forgetDevices().catch((error) => {
    part("forget-says").textContent = sentenceOf(error);
  });
});
part("cancel").addEventListener("click", () => showPanel("ways"));
sayDone();
if (location.hash === "#forgotten") change("words");
