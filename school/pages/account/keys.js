/**
 * A teacher's keys, as the pages use them.
 *
 *     newSecret("words"|"code")  five words, or a recovery code, from the browser's random numbers
 *     makeKeys(words, code)      two key pairs, and the file in which they lie locked under both
 *     openerOf(typed)            five words or a recovery code, told apart
 *     passkeyOf(file)            what one of her passkeys makes
 *     unlockKeys(file, opener)   the keys again: usable here, readable by nobody
 *     lockAnew(...)              the same keys under other words, another code, one passkey more or less
 *
 * The word list is 63 KB and making keys is rare, so that part is fetched when it is needed: the first picture of a
 * lesson does not wait for it.
 */

/** @import { Bytes } from "../footage/bytes.js" */
/** @import { Identity, Passkey, Secret } from "../footage/identity.js" */

/** @typedef {{kid: string, identity: Identity}} Unlocked what is kept on this device */
/** @typedef {{words?: string, code?: string, passkey?: Passkey, without?: Bytes}} Change one of these: what is new, or which passkey goes */
/** @typedef {{by: Secret, secret: string|Bytes}} Opener what opens a file, as its wrap takes it */

/** @type {Record<Secret, string>} */
const NOT_IT = {
  passphrase: "These are not your five words. Compare them with your paper: the order matters, capital letters do not.",
  recovery_code: "This is a recovery code, but not yours, or one that you have replaced since. Compare the date on your paper.",
  passkey: "This passkey does not open your keys. Type your five words.",
};

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
 * Let her use a passkey that opens the file. Throws a sentence.
 * @param {Bytes} file
 * @returns {Promise<Opener>}
 */
export async function passkeyOf(file) {
  const [{ passkeysIn }, { askPasskeys }] = await Promise.all([import("../footage/identity.js"), import("./passkey_secret.js")]);
  return { by: "passkey", secret: await askPasskeys(passkeysIn(file)) };
}

/**
 * Open the locked file. Throws a sentence when what opens it is other words or another code, or the file is somebody else's.
 * @param {Bytes} file
 * @param {Opener} opener
 * @param {string} kid whose keys they must be
 * @returns {Promise<Unlocked>}
 */
export async function unlockKeys(file, opener, kid) {
  const [{ unlock }, { IdentityError }] = await Promise.all([import("../footage/identity.js"), import("../footage/errors.js")]);
  const { by, secret } = opener;
  let identity;
  try {
    identity = await unlock(file, secret, by);
  } catch (error) {
    if (!(error instanceof IdentityError) || !/^The (passphrase|recovery code|passkey) is wrong/.test(error.message)) throw error;
    throw new Error(NOT_IT[by], { cause: error });
  }
  if (identity.recipient.kid !== kid) throw new Error("The school sent somebody else’s key file. Nothing was opened; tell the technician.");
  return { kid, identity };
}

/**
 * The line that she signs so that the school takes another file: with other words, another code, one passkey more or less.
 * @param {Bytes} file
 * @param {Opener} opener opens `file`
 * @param {Identity} identity what is locked in it
 * @param {Change} change
 * @returns {Promise<Bytes>}
 */
export async function lockAnew(file, opener, identity, change) {
  const [{ unlock }, { replacement }] = await Promise.all([import("../footage/identity.js"), import("../footage/replacement.js")]);
  const anew = await changed(file, opener, change);
  // Nothing takes the place of a file that opens before it was seen to open, with what is new and with what was used.
  const fresh = change.words ?? change.code ?? change.passkey?.output;
  if (fresh) await unlock(anew, fresh, change.words ? "passphrase" : change.code ? "recovery_code" : "passkey");
  else await unlock(anew, opener.secret, opener.by);
  return replacement(file, anew, identity);
}

/**
 * @param {Bytes} file
 * @param {Opener} opener
 * @param {Change} change
 */
async function changed(file, { by, secret }, { words, code, passkey, without }) {
  const { addPasskey, addWayIn, withoutPasskey } = await import("../footage/identity.js");
  if (words) return addWayIn(file, secret, by, "passphrase", words);
  if (code) return addWayIn(file, secret, by, "recovery_code", code);
  if (passkey) return addPasskey(file, secret, by, passkey);
  return without ? withoutPasskey(file, without) : file;
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
