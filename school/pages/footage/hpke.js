/**
 * HPKE (RFC 9180), base mode, X25519 / HKDF-SHA256 / AES-256-GCM, one message a key: what wraps a content key.
 *
 *     sealed = encapsulated key (32) | ciphertext | tag (16)
 *
 * The private key may be non-extractable: it only ever takes part in `deriveBits`.
 */

import { bigEndian, concat, utf8 } from "./bytes.js";

/** @import { Bytes } from "./bytes.js" */

const KEM_X25519 = 0x0020;
const KDF_HKDF_SHA256 = 0x0001;
const AEAD_AES_256_GCM = 0x0002;
const KEM_ID = concat(utf8("KEM"), bigEndian(KEM_X25519, 2));
const SUITE_ID = concat(
  utf8("HPKE"),
  bigEndian(KEM_X25519, 2),
  bigEndian(KDF_HKDF_SHA256, 2),
  bigEndian(AEAD_AES_256_GCM, 2),
);
const PUBLIC_KEY_BYTES = 32;
const TAG_BYTES = 16;
const NOTHING = new Uint8Array(0);

/** It does not open: another key, another `info`, or it was altered. Callers throw their own error from it. */
export class HpkeError extends Error {
  name = "HpkeError";
}

/**
 * Seal to a public key.
 * @param {Bytes} plaintext
 * @param {Bytes} publicKey X25519, 32 bytes
 * @param {Bytes} info
 * @param {Bytes} [aad]
 * @returns {Promise<Bytes>}
 */
export async function sealTo(plaintext, publicKey, info, aad = NOTHING) {
  try {
    const ephemeral = /** @type {CryptoKeyPair} */ (
      await crypto.subtle.generateKey("X25519", false, ["deriveBits"])
    );
    const enc = new Uint8Array(await crypto.subtle.exportKey("raw", ephemeral.publicKey));
    const shared = await exchange(ephemeral.privateKey, publicKey);
    const { key, nonce } = await schedule(shared, enc, publicKey, info);
    const algorithm = { name: "AES-GCM", iv: nonce, additionalData: aad };
    return concat(enc, new Uint8Array(await crypto.subtle.encrypt(algorithm, key, plaintext)));
  } catch (error) {
    throw new HpkeError("This public key cannot be sealed to.", { cause: error });
  }
}

/**
 * Open what was sealed to `publicKey`, or throw HpkeError.
 * @param {Bytes} sealed
 * @param {CryptoKey} privateKey X25519, with `deriveBits`
 * @param {Bytes} publicKey the public half of the same key
 * @param {Bytes} info
 * @param {Bytes} [aad]
 * @returns {Promise<Bytes>}
 */
export async function openFrom(sealed, privateKey, publicKey, info, aad = NOTHING) {
  if (sealed.length < PUBLIC_KEY_BYTES + TAG_BYTES) {
    throw new HpkeError("It is too short.");
  }
  const enc = sealed.slice(0, PUBLIC_KEY_BYTES);
  try {
    const shared = await exchange(privateKey, enc);
    const { key, nonce } = await schedule(shared, enc, publicKey, info);
    const algorithm = { name: "AES-GCM", iv: nonce, additionalData: aad };
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, sealed.slice(PUBLIC_KEY_BYTES)));
  } catch (error) {
    throw new HpkeError("It does not open with this key.", { cause: error });
  }
}

/**
 * @param {CryptoKey} privateKey
 * @param {Bytes} publicKey
 * @returns {Promise<Bytes>}
 */
async function exchange(privateKey, publicKey) {
  const other = await crypto.subtle.importKey("raw", publicKey, "X25519", false, []);
  // WebCrypto refuses the all-zero secret that a point of low order would give, as RFC 9180 §7.1.4 asks.
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "X25519", public: other }, privateKey, 256));
}

/**
 * ExtractAndExpand of the KEM (§4.1) and the key schedule of the base mode (§5.1).
 * @param {Bytes} shared
 * @param {Bytes} enc
 * @param {Bytes} publicKey
 * @param {Bytes} info
 */
async function schedule(shared, enc, publicKey, info) {
  const eaePrk = await labeledExtract(NOTHING, "eae_prk", shared, KEM_ID);
  const sharedSecret = await labeledExpand(eaePrk, "shared_secret", concat(enc, publicKey), 32, KEM_ID);
  const context = concat(
    new Uint8Array(1), // mode_base
    await labeledExtract(NOTHING, "psk_id_hash", NOTHING, SUITE_ID),
    await labeledExtract(NOTHING, "info_hash", info, SUITE_ID),
  );
  const secret = await labeledExtract(sharedSecret, "secret", NOTHING, SUITE_ID);
  const raw = await labeledExpand(secret, "key", context, 32, SUITE_ID);
  const nonce = await labeledExpand(secret, "base_nonce", context, 12, SUITE_ID);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { key, nonce };
}

/**
 * @param {Bytes} salt
 * @param {string} label
 * @param {Bytes} ikm
 * @param {Bytes} suite
 */
function labeledExtract(salt, label, ikm, suite) {
  // HKDF-Extract without salt takes as many zeros as the hash is long (RFC 5869 §2.2).
  return hmac(salt.length > 0 ? salt : new Uint8Array(32), concat(utf8("HPKE-v1"), suite, utf8(label), ikm));
}

/**
 * Every length we need fits into the first round of HKDF-Expand.
 * @param {Bytes} prk
 * @param {string} label
 * @param {Bytes} info
 * @param {number} length at most 32
 * @param {Bytes} suite
 */
async function labeledExpand(prk, label, info, length, suite) {
  const labeled = concat(bigEndian(length, 2), utf8("HPKE-v1"), suite, utf8(label), info, new Uint8Array([1]));
  return (await hmac(prk, labeled)).slice(0, length);
}

/**
 * @param {Bytes} key
 * @param {Bytes} message
 * @returns {Promise<Bytes>}
 */
async function hmac(key, message) {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, message));
}
