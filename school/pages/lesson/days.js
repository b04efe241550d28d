/**
 * How long a lesson is kept, and putting it into the bin; on the page of whose lesson it is.
 *
 *     Keep ----> the page says the new day
 *     Delete… -> a dialog ---> to the list, where the bin is
 */

import { part } from "../element.js";
import { sentenceOf, tellJson } from "../school.js";

/**
 * Make the buttons work; a lesson that is not hers has none.
 * @param {string} id
 * @param {() => void} letGo told before the lesson goes: nothing of it can be fetched afterwards
 */
export function offerDays(id, letGo) {
  const days = document.querySelector("[data-part=days]");
  if (!(days instanceof HTMLElement)) return;
  const dialog = /** @type {HTMLDialogElement} */ (part("deleting"));
  const button = (/** @type {string} */ name) => /** @type {HTMLButtonElement} */ (days.querySelector(`[data-do=${name}]`));

  button("keep").addEventListener("click", async () => {
    try {
      await tellJson(`/api/lessons/${id}/days`, { wish: days.dataset.kept === "true" ? "usual" : "keep" });
      location.reload();
    } catch (error) {
      part("days-says").textContent = sentenceOf(error);
    }
  });
  button("delete").addEventListener("click", () => dialog.showModal());
  part("deleting-no").addEventListener("click", () => dialog.close());
  part("deleting-yes").addEventListener("click", async () => {
    letGo();
    try {
      await tellJson(`/api/lessons/${id}/days`, { wish: "bin" });
      location.assign("/lessons");
    } catch (error) {
      part("deleting-says").textContent = sentenceOf(error);
    }
  });
}
