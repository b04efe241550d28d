/**
 * Her key card, for printing: drawn here from her own unlocked keys. Nothing of it comes from the school but her name,
 * so that a school that exchanged a key cannot exchange the card as well.
 *
 *     unlocked --kid, words, text of the card--> two QR codes on a sheet, large or for a wallet --> the printer
 */

import { element, part, svg } from "../element.js";
import { keyCard } from "../footage/key_card.js";
import { encodeQR } from "../kept/qr.js";
import { kept } from "./keep.js";
import { keyWords } from "./keys.js";
import { askForWords } from "./unlock_form.js";

/** @import { Recipient } from "../footage/recipients.js" */

const QUIET = 4; // modules of white around a code (ISO/IEC 18004)

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
    part("code", card).replaceChildren(drawn(recipient));
    part("words", card).textContent = words;
  }
  sheet.dataset.kid = recipient.kid;
}

/**
 * The code as one path: squares that touch are printed without hairlines between them.
 * @param {Recipient} recipient
 */
function drawn(recipient) {
  const rows = encodeQR(keyCard(recipient), "raw", { ecc: "low", border: QUIET });
  const dark = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  const size = rows.length;
  return svg(
    "svg",
    { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": "QR code of your key", "shape-rendering": "crispEdges" },
    svg("path", { d: dark.join("") }),
  );
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
