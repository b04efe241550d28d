/**
 * Signs in, and goes on to the page that was asked for.
 *
 *     e-mail, password --> in | a code is wanted --code--> in
 *     a passkey        --> in
 */

import { part } from "../element.js";
import { tellJson } from "../school.js";
import { during, onSubmit, typed } from "./form.js";
import { hasPasskeys, signWithPasskey } from "./passkey.js";

const form = part("sign-in");
const second = part("second-step");

/** The password that was right, while a code is asked for: it is typed once. */
let right = "";

if (form instanceof HTMLFormElement) {
  const password = /** @type {HTMLInputElement} */ (form.elements.namedItem("password"));
  const code = /** @type {HTMLInputElement} */ (form.elements.namedItem("code"));
  onSubmit(form, async () => {
    const told = await tellJson("/api/sign-in", {
      email: typed(form, "email"),
      password: typed(form, "password") || right,
      code: typed(form, "code"),
      next: form.dataset.next ?? "",
    });
    if (told.next) {
      location.assign(told.next);
      return;
    }
    right = typed(form, "password");
    password.required = false;
    second.hidden = false;
    code.focus();
  });
  const email = /** @type {HTMLInputElement} */ (form.elements.namedItem("email"));
  email.addEventListener("input", () => {
    right = "";
    password.required = true;
  });
}

part("passkeys").hidden = !hasPasskeys();
const passkey = part("passkey");
if (passkey instanceof HTMLButtonElement) {
  passkey.addEventListener("click", () =>
    during([passkey], async () => {
      const signed = await signWithPasskey(await tellJson("/api/passkey", {}));
      const told = await tellJson("/api/passkey/sign-in", { signed, next: form.dataset.next ?? "" });
      location.assign(told.next);
    }),
  );
}
