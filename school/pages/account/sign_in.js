/**
 * Signs in, and goes on to the page that was asked for.
 */

import { part } from "../element.js";
import { tellJson } from "../school.js";
import { onSubmit, typed } from "./form.js";

const form = part("sign-in");

if (form instanceof HTMLFormElement) {
  onSubmit(form, async () => {
    const told = await tellJson("/api/sign-in", { email: typed(form, "email"), password: typed(form, "password"), next: form.dataset.next ?? "" });
    location.assign(told.next);
  });
}
