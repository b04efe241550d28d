/**
 * The account page: what is changed there. Every change is the school's to check; the page shows it by loading again.
 */

import { element, part } from "../element.js";
import { SHORT, showMoments } from "../moments.js";
import { qrCode } from "../qr_code.js";
import { tellJson } from "../school.js";
import { during, newPassword, onSubmit, say, typed } from "./form.js";
import { hasPasskeys, makePasskey } from "./passkey.js";

const DONE = "waitwise.done";

/**
 * The second step: a secret for her phone, its first code, her backup codes; or off.
 * @param {HTMLFormElement} form
 */
function changeSecondStep(form) {
  const fresh = part("second-new");
  onSubmit(form, async (pressed) => {
    const proof = { password: typed(form, "password"), code: typed(form, "code") };
    if (pressed === "off") {
      await tellJson("/api/account/second-step/off", proof);
      again("The second step is off. You are signed out everywhere else.");
      return;
    }
    const made = await tellJson("/api/account/second-step", proof);
    part("second-qr").replaceChildren(qrCode(made.uri, "QR code for the app on your phone"));
    part("second-secret").textContent = made.secret.match(/.{1,4}/g).join(" ");
    form.hidden = true;
    fresh.hidden = false;
    fresh.querySelector("input")?.focus();
  });
  if (!(fresh instanceof HTMLFormElement)) return;
  onSubmit(fresh, async () => {
    const told = await tellJson("/api/account/second-step/confirm", { code: typed(fresh, "code") });
    part("backup-codes").replaceChildren(...told.backup_codes.map((/** @type {string} */ each) => element("li", {}, each)));
    fresh.remove();
    part("backup").hidden = false;
    part("backup-title").focus();
  });
  part("backup-kept").addEventListener("click", () => again("The second step is on. You are signed out everywhere else."));
}

/**
 * Show the page as it is now, and say what was done.
 * @param {string} sentence
 */
function again(sentence) {
  sessionStorage.setItem(DONE, sentence);
  location.reload();
}

/**
 * Adding and removing passkeys; both ask who she is in the same form.
 * @param {HTMLFormElement} form
 */
function changePasskeys(form) {
  const proof = () => ({ password: typed(form, "password"), code: typed(form, "code") });
  part("no-passkeys").hidden = hasPasskeys();
  /** @type {HTMLButtonElement} */ (part("passkey-add")).disabled = !hasPasskeys();
  onSubmit(form, async () => {
    const name = typed(form, "name").trim() || "My passkey";
    const made = await makePasskey(await tellJson("/api/account/passkeys", proof()));
    await tellJson("/api/account/passkeys/add", { name, made });
    again(`You can sign in with “${name}” now.`);
  });
  for (const button of document.querySelectorAll("[data-remove]")) {
    if (!(button instanceof HTMLButtonElement)) continue;
    button.addEventListener("click", () => {
      if (!form.reportValidity()) return;
      void during([button], async () => {
        await tellJson("/api/account/passkeys/remove", { passkey: Number(button.dataset.remove), ...proof() });
        again("The passkey is removed here. Remove it from your device, too.");
      });
    });
  }
}

const password = document.querySelector("form[data-part=password]");
if (password instanceof HTMLFormElement) {
  onSubmit(password, async () => {
    await tellJson("/api/account/password", { current: typed(password, "current"), new: newPassword(password) });
    again("Your password is set. You are signed out everywhere else.");
  });
}

const second = document.querySelector("form[data-part=second-step]");
if (second instanceof HTMLFormElement) changeSecondStep(second);

const passkeys = document.querySelector("form[data-part=passkey]");
if (passkeys instanceof HTMLFormElement) changePasskeys(passkeys);

for (const button of document.querySelectorAll("[data-end]")) {
  if (!(button instanceof HTMLButtonElement)) continue;
  button.addEventListener("click", () =>
    during([button], async () => {
      await tellJson("/api/account/sessions/end", { session: button.dataset.end });
      again("That session has ended.");
    }),
  );
}

showMoments(document, SHORT);
say("done", sessionStorage.getItem(DONE) ?? "");
sessionStorage.removeItem(DONE);
