/**
 * From five words to keys, once on a device.
 *
 *     #unlock=five-words-in-the-address  --+
 *     five words typed, or a passkey     --+--> unlocked identity, kept until "Lock this device"
 *     kept from before                   --+
 *
 * The words are used here and go nowhere: a fragment is never sent, and it leaves the address bar at once.
 */

import { fromBase64url } from "../footage/bytes.js";
import { askJson } from "../school.js";
import { keep, kept } from "./keep.js";
import { openerOf, passkeyOf, unlockKeys } from "./keys.js";

/** @import { Bytes } from "../footage/bytes.js" */
/** @import { Opener } from "./keys.js" */
/** @typedef {import("./keys.js").Unlocked} Unlocked */

/**
 * The keys of this person on this device, or null when her words are needed.
 * @param {string} kid
 * @returns {Promise<Unlocked|null>}
 */
export async function identityHere(kid) {
  const words = wordsFromAddress();
  return words === null ? kept(kid) : unlock(words);
}

/**
 * Unlock with the five words or the recovery code, keep the keys, and tell the page ("unlocked"). Throws a sentence when they are others.
 * @param {string} words
 * @returns {Promise<Unlocked>}
 */
export async function unlock(words) {
  return unlockWith(() => openerOf(words));
}

/**
 * The same with a passkey.
 * @returns {Promise<Unlocked>}
 */
export async function unlockByPasskey() {
  return unlockWith(passkeyOf);
}

/**
 * @param {(file: Bytes) => Promise<Opener>} open
 * @returns {Promise<Unlocked>}
 */
async function unlockWith(open) {
  const me = await askJson("/api/me");
  const file = fromBase64url(me.sealed_identity);
  const unlocked = await unlockKeys(file, await open(file), me.kid);
  await keep(unlocked);
  document.dispatchEvent(new CustomEvent("unlocked"));
  return unlocked;
}

/**
 * Take the words out of the address, so that they stand neither in the bar nor in the history.
 * @returns {string|null}
 */
function wordsFromAddress() {
  const found = /^#unlock=(.+)$/.exec(location.hash);
  if (!found) return null;
  history.replaceState(history.state, "", location.pathname + location.search);
  return decodeURIComponent(found[1]).replaceAll("-", " ");
}
