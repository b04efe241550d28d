/**
 * The bin, and the receipts for what was destroyed.
 *
 *     Undo -------------> the lesson is in the list again
 *     Delete for good… -> said twice -> destroyed at once, and its receipt is listed
 *     receipts ---------> verified here when somebody looks at them
 */

import { element, part } from "../element.js";
import { fromHex } from "../footage/bytes.js";
import { decodeDeletion } from "../footage/deletion.js";
import { importSigner } from "../footage/signed.js";
import { SHORT } from "../moments.js";
import { askBytes, sentenceOf, tellJson } from "../school.js";

/** Make the buttons of the bin work, if there is one. */
export function offerBin() {
  const bin = document.querySelector("[data-part=bin]");
  if (!bin) return;
  const dialog = /** @type {HTMLDialogElement} */ (part("for-good"));
  const yes = /** @type {HTMLButtonElement} */ (part("for-good-yes"));
  const says = part("bin-says");
  let chosen = "";

  bin.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const row = button?.closest("li");
    if (!button || !row) return;
    chosen = row.dataset.lesson ?? "";
    if (button.dataset.do === "destroy") {
      part("for-good-which").textContent = row.querySelector("b")?.textContent ?? "";
      part("for-good-says").textContent = "";
      dialog.showModal();
      return;
    }
    try {
      await tellJson(`/api/bin/${chosen}`, { wish: "undo" });
      location.reload();
    } catch (error) {
      says.textContent = sentenceOf(error);
      says.hidden = false;
    }
  });
  part("for-good-no").addEventListener("click", () => dialog.close());
  yes.addEventListener("click", async () => {
    yes.disabled = true;
    part("for-good-says").textContent = "Destroying it…";
    try {
      await tellJson(`/api/bin/${chosen}`, { wish: "destroy" });
      localStorage.removeItem(`waitwise.log.${chosen}`); // what this browser remembers of its log
      location.hash = "deleted";
      location.reload();
    } catch (error) {
      part("for-good-says").textContent = sentenceOf(error);
      yes.disabled = false;
    }
  });
}

/** Verify the receipts when somebody looks at them. */
export function offerReceipts() {
  const place = document.querySelector("[data-part=deletions]");
  if (!(place instanceof HTMLDetailsElement)) return;
  place.addEventListener("toggle", () => {
    if (place.open) for (const row of place.querySelectorAll("li")) void check(row, place.dataset.key ?? "");
  });
  place.open = location.hash === "#deleted";
}

/**
 * @param {HTMLLIElement} row
 * @param {string} key
 */
async function check(row, key) {
  const id = row.dataset.deletion ?? "";
  const says = part("deletion-says", row);
  try {
    const told = await decodeDeletion(await askBytes(`/api/deletions/${id}`), await importSigner(fromHex(key)), id);
    const size = (told.length_bytes / 1e6).toLocaleString("en-GB", { maximumFractionDigits: told.length_bytes < 1e7 ? 1 : 0 });
    says.replaceChildren(element("b", {}, `Destroyed ${SHORT.format(told.deleted_at)}`), `: ${told.segments} segments, ${size} MB, and every key. The signature holds. `);
  } catch (error) {
    says.textContent = sentenceOf(error);
  }
}
