/**
 * The account page: what is changed there. Every change is the school's to check; the page shows it by loading again.
 */

import { SHORT, showMoments } from "../moments.js";
import { tellJson } from "../school.js";
import { during, newPassword, onSubmit, say, typed } from "./form.js";

const DONE = "waitwise.done";

/**
 * Show the page as it is now, and say what was done.
 * @param {string} sentence
 */
function again(sentence) {
  sessionStorage.setItem(DONE, sentence);
  location.reload();
}

const password = document.querySelector("form[data-part=password]");
if (password instanceof HTMLFormElement) {
  onSubmit(password, async () => {
    await tellJson("/api/account/password", { current: typed(password, "current"), new: newPassword(password) });
    again("Your password is set. You are signed out everywhere else.");
  });
}

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
