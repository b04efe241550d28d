/**
 * Joining, for who has no keys: a password, and in.
 */

import { part } from "../element.js";
import { tellJson } from "../school.js";
import { newPassword, onSubmit } from "./form.js";

const form = part("join");

if (form instanceof HTMLFormElement) {
  onSubmit(form, async () => {
    const told = await tellJson("/api/join/password", { code: form.dataset.code, password: newPassword(form) });
    location.assign(told.next);
  });
}
