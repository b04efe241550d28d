/**
 * A teacher's keys, as the pages use them.
 *
 *     newSecret("words"|"code")  five words, or a recovery code, from the browser's random numbers
 *     makeKeys(words, code)      two key pairs, and the file in which they lie locked under both
 *     unlockKeys(file, typed)    the keys again: usable here, readable by nobody
 *     lockAnew(...)              the same keys under other words, or another code
 *
 * The word list is 63 KB and making keys is rare, so that part is fetched when it is needed: the first picture of a
 * lesson does not wait for it.
 */

/** @import { Bytes } from "../footage/bytes.js" */
/** @import { Identity, Secret } from "../footage/identity.js" */

/** @typedef {{kid: string, identity: Identity}} Unlocked what is kept on this device */
/** @typedef {{by: Secret, secret: string}} Opener what opens a file, as its wrap takes it */

/**
 * A new secret that locks keys: five words with spaces between them, or a recovery code as it is printed.
 * @param {"words"|"code"} what
 */
export async function newSecret(what) {
  if (what === "code") return (await import("../footage/recovery_code.js")).newCode();
  return (await import("../footage/words.js")).newPassphrase();
}

/**
 * Make keys, and lock them under the words and under the code.
 * @param {string} words
 * @param {string} code
 * @returns {Promise<{unlocked: Unlocked, sealed: Bytes}>}
 */
export async function makeKeys(words, code) {
  const { addWayIn, makeIdentity } = await import("../footage/identity.js");
  const { identity, file } = await makeIdentity(words);
  const sealed = await addWayIn(file, words, "passphrase", "recovery_code", code);
  return { unlocked: { kid: identity.recipient.kid, identity }, sealed };
}

/**
 * What somebody typed: a recovery code has digits, and no word of the list has. Throws a sentence that names the mistyped group.
 * @param {string} typed
 * @returns {Promise<Opener>}
 */
export async function openerOf(typed) {
  if (!typed.trim()) throw new Error("Type your five words first.");
  if (!/[0-9]/.test(typed)) return { by: "passphrase", secret: typed };
  const { readCode } = await import("../footage/recovery_code.js");
  return { by: "recovery_code", secret: readCode(typed) };
}

/**
 * Open the locked file. Throws a sentence when the words or the code are others, or the file is somebody else's.
 * @param {Bytes} file
 * @param {string} typed five words, or a recovery code
 * @param {string} kid whose keys they must be
 * @returns {Promise<Unlocked>}
 */
export async function unlockKeys(file, typed, kid) {
  const [{ unlock }, { IdentityError }] = await Promise.all([import("../footage/identity.js"), import("../footage/errors.js")]);
  const { by, secret } = await openerOf(typed);
  let identity;
  try {
    identity = await unlock(file, secret, by);
  } catch (error) {
    if (!(error instanceof IdentityError) || !/^The (passphrase|recovery code) is wrong/.test(error.message)) throw error;
    throw new Error(
      by === "passphrase"
        ? "These are not your five words. Compare them with your paper: the order matters, capital letters do not."
        : "This is a recovery code, but not yours, or one that you have replaced since. Compare the date on your paper.",
      { cause: error },
    );
  }
  if (identity.recipient.kid !== kid) throw new Error("The school sent somebody else’s key file. Nothing was opened; tell the technician.");
  return { kid, identity };
}

/**
 * The file with other words or another code, and the line that she signs so that the school takes it.
 * @param {Bytes} file
 * @param {Opener} opener opens `file`
 * @param {Identity} identity what is locked in it
 * @param {"words"|"code"} what
 * @param {string} secret the new one
 * @returns {Promise<Bytes>}
 */
export async function lockAnew(file, opener, identity, what, secret) {
  const [{ addWayIn, unlock }, { replacement }] = await Promise.all([import("../footage/identity.js"), import("../footage/replacement.js")]);
  const by = what === "words" ? "passphrase" : "recovery_code";
  const anew = await addWayIn(file, opener.secret, opener.by, by, secret);
  await unlock(anew, secret, by); // nothing takes the place of a file that opens before it was seen to open
  return replacement(file, anew, identity);
}

/**
 * Are these the same words, or the same code, however they were typed? Throws a sentence that names a mistyped group of a code.
 * @param {"words"|"code"} what
 * @param {string} typedBack
 * @param {string} secret
 */
export async function sameSecret(what, typedBack, secret) {
  if (what === "code") return (await import("../footage/recovery_code.js")).readCode(typedBack) === secret;
  const { typed } = await import("../footage/identity.js");
  return typed(typedBack) === typed(secret);
}

/**
 * The four words that name her key, on the key card, on the unit and here.
 * @param {string} kid
 */
export async function keyWords(kid) {
  const { checkWords } = await import("../footage/recipients.js");
  return checkWords(kid);
}
