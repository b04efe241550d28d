/**
 * A person's public keys, their name, and the four words for the name (lesson/footage/recipients.py).
 */

import { concat, fromHex, sha256, toHex, utf8 } from "./bytes.js";

/** @import { Bytes } from "./bytes.js" */

const KID_BYTES = 16;
const WORDS_ROUNDS = 200_000;

/**
 * @typedef {object} Recipient
 * @property {Bytes} encryptionKey X25519, 32 bytes
 * @property {Bytes} signingKey Ed25519, 32 bytes
 * @property {string} kid name of the two keys, 16 bytes in hexadecimal
 */

/**
 * @param {Bytes} encryptionKey
 * @param {Bytes} signingKey
 * @returns {Promise<Recipient>}
 */
export async function recipientOf(encryptionKey, signingKey) {
  const hash = await sha256(concat(utf8("waitwise.v1/kid\0"), encryptionKey, signingKey));
  return Object.freeze({ encryptionKey, signingKey, kid: toHex(hash.slice(0, KID_BYTES)) });
}

/**
 * The four words for a name, to be compared by eye. Takes a tenth of a second on purpose.
 * @param {string} kid
 * @returns {Promise<string[]>}
 */
export async function checkWords(kid) {
  const { WORDS } = await import("./words.js"); // 63 KB, and a lesson opens without them
  const key = await crypto.subtle.importKey("raw", fromHex(kid), "PBKDF2", false, ["deriveBits"]);
  const algorithm = { name: "PBKDF2", hash: "SHA-256", salt: utf8("waitwise.v1/words"), iterations: WORDS_ROUNDS };
  let rest = BigInt(`0x${toHex(new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 64)))}`);
  const size = BigInt(WORDS.length);
  return Array.from({ length: 4 }, () => {
    const word = WORDS[Number(rest % size)];
    rest /= size;
    return /** @type {string} */ (word);
  });
}
