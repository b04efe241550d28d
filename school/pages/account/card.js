/**
 * Her key card, for printing: drawn here from her own unlocked keys. Nothing of it comes from the school but her name,
 * so that a school that exchanged a key cannot exchange the card as well.
 *
 *     unlocked --kid, words, text of the card--> two QR codes on a sheet, large or for a wallet --> the printer
 */

import { part } from "../element.js";
import { keyCard } from "../footage/key_card.js";
import { qrCode } from "../qr_code.js";
import { kept } from "./keep.js";
import { keyWords } from "./keys.js";
import { askForWords } from "./unlock_form.js";

const kid = part("account").dataset.kid ?? "";
const sheet = part("sheet");

async function show() {
  const unlocked = await kept(kid);
  part("unlock").hidden = unlocked !== null;
  part("ready").hidden = unlocked === null;
  if (!unlocked) {
    askForWords();
    return;
  }
  const { recipient } = unlocked.identity;
  const words = (await keyWords(recipient.kid)).join(" ");
  for (const card of sheet.querySelectorAll("[data-part=card]")) {
    part("code", card).replaceChildren(qrCode(keyCard(recipient), "QR code of your key"));
    part("words", card).textContent = words;
  }
  sheet.dataset.kid = recipient.kid;
}

/** @param {"large"|"wallet"} size */
function print(size) {
  sheet.dataset.size = size;
  window.print();
}

part("print-large").addEventListener("click", () => print("large"));
part("print-wallet").addEventListener("click", () => print("wallet"));
document.addEventListener("unlocked", () => void show());
void show();
