/**
 * A teacher's keys, as the pages use them.
 *
 *     newWords()                 five words, from the browser's random numbers
 *     makeKeys(words)            two key pairs, and the file in which they lie locked under the words
 *     unlockKeys(file, words)    the keys again: usable here, readable by nobody
 *
 * The word list is 63 KB and making keys is rare, so that part is fetched when it is needed: the first picture of a
 * lesson does not wait for it.
 */

/** @import { Bytes } from "../footage/bytes.js" */
/** @import { Identity } from "../footage/identity.js" */

/** @typedef {{kid: string, identity: Identity}} Unlocked what is kept on this device */

/** Five words that lock new keys, with spaces between them. */
export async function newWords() {
  const { newPassphrase } = await import("../footage/words.js");
  return newPassphrase();
}

/**
 * Make keys, and lock them under the words.
 * @param {string} words
 * @returns {Promise<{unlocked: Unlocked, sealed: Bytes}>}
 */
export async function makeKeys(words) {
  const { makeIdentity } = await import("../footage/identity.js");
  const { identity, file } = await makeIdentity(words);
  return { unlocked: { kid: identity.recipient.kid, identity }, sealed: file };
}

/**
 * Open the locked file. Throws a sentence when the words are others, or the file is somebody else's.
 * @param {Bytes} file
 * @param {string} words
 * @param {string} kid whose keys they must be
 * @returns {Promise<Unlocked>}
 */
export async function unlockKeys(file, words, kid) {
  const [{ unlock }, { IdentityError }] = await Promise.all([import("../footage/identity.js"), import("../footage/errors.js")]);
  let identity;
  try {
    identity = await unlock(file, words);
  } catch (error) {
    if (!(error instanceof IdentityError) || !error.message.startsWith("The passphrase")) throw error;
    throw new Error("These are not your five words. Compare them with your paper: the order matters, capital letters do not.", { cause: error });
  }
  if (identity.recipient.kid !== kid) throw new Error("The school sent somebody else’s key file. Nothing was opened; tell the technician.");
  return { kid, identity };
}

/**
 * Are these the same words, however they were typed?
 * @param {string} one
 * @param {string} other
 */
export async function sameWords(one, other) {
  const { typed } = await import("../footage/identity.js");
  return typed(one) === typed(other);
}

/**
 * The four words that name her key, on the key card, on the unit and here.
 * @param {string} kid
 */
export async function keyWords(kid) {
  const { checkWords } = await import("../footage/recipients.js");
  return checkWords(kid);
}
