/**
 * A person's secret keys, and the file they are kept in (lesson/footage/identity.py says what stands in it).
 *
 *     makeIdentity(passphrase)        -> { identity, file }     in her browser, once; the school keeps `file`, sealed
 *     unlock(file, passphrase)        -> identity               at each visit
 *     addWayIn(file, passphrase, ...) -> file                   a recovery code, or a new passphrase
 *
 * An unlocked identity holds CryptoKeys that cannot be exported: a script can use them, not carry them away.
 */

import { bigEndian, concat, equal, fromBase64url, fromHex, toBase64url, toHex, utf8 } from "./bytes.js";
import { IdentityError } from "./errors.js";
import { WireError, base64url, hex, integer, list, loads, oneOf, record, text } from "./json.js";
import { recipientOf } from "./recipients.js";

/** @import { Bytes } from "./bytes.js" */
/** @import { Recipient } from "./recipients.js" */

/**
 * @typedef {object} Identity
 * @property {Recipient} recipient the public half
 * @property {CryptoKey} encryptionKey X25519, with `deriveBits`
 * @property {CryptoKey} signingKey Ed25519, with `sign`
 */

/** @typedef {"passphrase" | "recovery_code" | "passkey"} Secret what an account key can be wrapped by */
/** @typedef {{credential: Bytes, salt: Bytes, output: Bytes}} Passkey its name, and the 32 bytes that it makes of a salt */

const SEALED_KIND = "waitwise identity";
const OPEN_KIND = "waitwise open identity";
const KDF = "PBKDF2-SHA-256";
const PASSKEY_KDF = "HKDF-SHA-256";
const ROUNDS = 600_000;
const MAX_ROUNDS = 10_000_000;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const PASSKEY_SALT_BYTES = 32;
const MAX_CREDENTIAL_BYTES = 1023;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** What stands before the 32 bytes of a key in PKCS #8 (RFC 8410 §7). */
const PKCS8 = {
  X25519: fromHex("302e020100300506032b656e04220420"),
  Ed25519: fromHex("302e020100300506032b657004220420"),
};

const readSecretWrap = record({
  by: text,
  kdf: oneOf(KDF),
  rounds: integer,
  salt: base64url,
  nonce: base64url,
  wrapped: base64url,
});
const readPasskeyWrap = record({
  by: oneOf("passkey"),
  kdf: oneOf(PASSKEY_KDF),
  rounds: oneOf(1),
  salt: base64url,
  nonce: base64url,
  wrapped: base64url,
  credential: base64url,
});
/** @typedef {ReturnType<typeof readSecretWrap> | ReturnType<typeof readPasskeyWrap>} Wrap */

/** @type {import("./json.js").Reader<Wrap>} */
const readWrap = (value, place) => (/** @type {any} */ (value)?.by === "passkey" ? readPasskeyWrap : readSecretWrap)(value, place);
const readSealed = record({
  kind: oneOf(SEALED_KIND),
  v: oneOf(1),
  encryption_key: hex(KEY_BYTES),
  signing_key: hex(KEY_BYTES),
  nonce: base64url,
  sealed: base64url,
  wraps: list(readWrap),
});
const readOpen = record({
  kind: oneOf(OPEN_KIND),
  v: oneOf(1),
  encryption_key: hex(KEY_BYTES),
  signing_key: hex(KEY_BYTES),
  secret: hex(2 * KEY_BYTES),
});

/** @typedef {ReturnType<typeof readSealed>} SealedIdentity */

/**
 * Make a new identity, and its file locked under a passphrase.
 * @param {string} passphrase
 * @returns {Promise<{identity: Identity, file: Bytes}>}
 */
export async function makeIdentity(passphrase) {
  const secrets = concat(await newSecret("X25519", ["deriveBits"]), await newSecret("Ed25519", ["sign", "verify"]));
  const identity = await identityFrom(secrets);
  const accountKey = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const { recipient } = identity;
  const file = encode({
    kind: SEALED_KIND,
    v: 1,
    encryption_key: toHex(recipient.encryptionKey),
    signing_key: toHex(recipient.signingKey),
    nonce,
    sealed: await gcm("encrypt", accountKey, nonce, secrets, identityAad(recipient)),
    wraps: [await wrapAccountKey(accountKey, recipient, "passphrase", passphrase)],
  });
  secrets.fill(0);
  accountKey.fill(0);
  return { identity, file };
}

/**
 * Open an identity file of either kind. Throws IdentityError.
 * @param {Bytes} file
 * @param {string | Bytes | null} secret the passphrase; null only opens an open identity
 * @param {Secret} [by]
 * @returns {Promise<Identity>}
 */
export async function unlock(file, secret, by = "passphrase") {
  const raw = /** @type {any} */ (parse(file, loads));
  if (raw?.kind === OPEN_KIND) {
    const opened = parse(file, (bytes) => readOpen(loads(bytes), "identity"));
    return expectKeys(await identityOrError(fromHex(opened.secret)), opened.encryption_key, opened.signing_key);
  }
  const sealed = readSealedFile(file);
  if (secret === null) {
    throw new IdentityError("This identity file needs its passphrase.");
  }
  const recipient = await recipientIn(file);
  const accountKey = await unwrapAccountKey(sealed, recipient, by, secret);
  /** @type {Bytes} */
  let secrets;
  try {
    secrets = await gcm("decrypt", accountKey, sealed.nonce, sealed.sealed, identityAad(recipient));
  } catch (error) {
    throw new IdentityError("The identity file was altered.", { cause: error });
  }
  const identity = await identityOrError(secrets);
  secrets.fill(0);
  accountKey.fill(0);
  return expectKeys(identity, sealed.encryption_key, sealed.signing_key);
}

/**
 * The same file with one more way in, in place of an earlier one of its kind. Throws IdentityError.
 *
 * The account key stays: a new one would protect nothing, for the keys that it locks are the same.
 * @param {Bytes} file
 * @param {string | Bytes} unlockedWith a secret that opens it
 * @param {Secret} unlockedBy what that is
 * @param {"passphrase" | "recovery_code"} by
 * @param {string} secret
 * @returns {Promise<Bytes>}
 */
export async function addWayIn(file, unlockedWith, unlockedBy, by, secret) {
  const sealed = readSealedFile(file);
  const recipient = await recipientOf(fromHex(sealed.encryption_key), fromHex(sealed.signing_key));
  const accountKey = await unwrapAccountKey(sealed, recipient, unlockedBy, unlockedWith);
  const added = await wrapAccountKey(accountKey, recipient, by, secret);
  accountKey.fill(0);
  return encode({ ...sealed, wraps: [...sealed.wraps.filter((wrap) => wrap.by !== by), added] });
}

/**
 * The same file with a passkey as one more way in. Throws IdentityError.
 * @param {Bytes} file
 * @param {string | Bytes} unlockedWith a secret that opens it
 * @param {Secret} unlockedBy what that is
 * @param {Passkey} passkey
 * @returns {Promise<Bytes>}
 */
export async function addPasskey(file, unlockedWith, unlockedBy, { credential, salt, output }) {
  const sealed = readSealedFile(file);
  const recipient = await recipientOf(fromHex(sealed.encryption_key), fromHex(sealed.signing_key));
  const accountKey = await unwrapAccountKey(sealed, recipient, unlockedBy, unlockedWith);
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const wrap = /** @type {const} */ ({ by: "passkey", kdf: PASSKEY_KDF, rounds: 1, salt, nonce });
  const key = await keyOf(output, wrap, recipient);
  const wrapped = await gcm("encrypt", key, nonce, accountKey, wrapAad(recipient, wrap));
  accountKey.fill(0);
  return encode({ ...sealed, wraps: [...sealed.wraps, { ...wrap, wrapped, credential }] });
}

/**
 * The passkeys of a file: their names, and what each is asked to make 32 bytes of.
 * @param {Bytes} file
 */
export function passkeysIn(file) {
  return readSealedFile(file).wraps.flatMap((wrap) => ("credential" in wrap ? [{ credential: wrap.credential, salt: wrap.salt }] : []));
}

/**
 * The same file without one of its passkeys.
 * @param {Bytes} file
 * @param {Bytes} credential
 * @returns {Bytes}
 */
export function withoutPasskey(file, credential) {
  const sealed = readSealedFile(file);
  return encode({ ...sealed, wraps: sealed.wraps.filter((wrap) => !("credential" in wrap && equal(wrap.credential, credential))) });
}

/**
 * A secret as its wrap takes it: small letters and single spaces, however somebody typed it.
 * Only A to Z and the spaces of ASCII: every browser and every Python must come to the same bytes for ever.
 * @param {string} secret
 */
export function typed(secret) {
  return secret
    .normalize("NFKC")
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[ \t\n\r-]+/g, " ")
    .replace(/^ | $/g, "");
}

/**
 * The public half in an identity file, which needs no words. It is checked when the file is unlocked. Throws IdentityError.
 * @param {Bytes} file
 * @returns {Promise<Recipient>}
 */
export async function recipientIn(file) {
  const sealed = readSealedFile(file);
  return recipientOf(fromHex(sealed.encryption_key), fromHex(sealed.signing_key));
}

/**
 * @param {Bytes} file
 * @returns {SealedIdentity}
 */
function readSealedFile(file) {
  const sealed = parse(file, (bytes) => readSealed(loads(bytes), "identity"));
  for (const wrap of sealed.wraps) {
    const holds =
      "credential" in wrap
        ? wrap.salt.length === PASSKEY_SALT_BYTES && wrap.credential.length > 0 && wrap.credential.length <= MAX_CREDENTIAL_BYTES
        : wrap.rounds >= ROUNDS && wrap.rounds <= MAX_ROUNDS && wrap.salt.length === SALT_BYTES;
    if (
      !holds ||
      wrap.nonce.length !== NONCE_BYTES ||
      wrap.wrapped.length !== KEY_BYTES + TAG_BYTES
    ) {
      throw new IdentityError("This identity file cannot be read. Its numbers are out of bounds.");
    }
  }
  if (sealed.nonce.length !== NONCE_BYTES || sealed.sealed.length !== 2 * KEY_BYTES + TAG_BYTES) {
    throw new IdentityError("This identity file cannot be read. Its lengths are wrong.");
  }
  return sealed;
}

/**
 * @template T
 * @param {Bytes} file
 * @param {(bytes: Bytes) => T} read
 * @returns {T}
 */
function parse(file, read) {
  try {
    return read(file);
  } catch (error) {
    if (error instanceof WireError) {
      throw new IdentityError(`This identity file cannot be read. ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/**
 * @param {SealedIdentity} sealed
 * @returns {Bytes}
 */
function encode(sealed) {
  return utf8(JSON.stringify(sealed, (_, value) => (value instanceof Uint8Array ? toBase64url(new Uint8Array(value)) : value)));
}

/**
 * @param {SealedIdentity} sealed
 * @param {Recipient} recipient
 * @param {Secret} by
 * @param {string | Bytes} secret
 */
async function unwrapAccountKey(sealed, recipient, by, secret) {
  for (const wrap of sealed.wraps.filter((one) => one.by === by)) {
    const key = await keyOf(secret, wrap, recipient);
    try {
      return await gcm("decrypt", key, wrap.nonce, wrap.wrapped, wrapAad(recipient, wrap));
    } catch {
      continue; // another wrap may be the one
    }
  }
  throw new IdentityError(`The ${by.replace("_", " ")} is wrong, or the identity file was altered.`);
}

/**
 * @param {Bytes} accountKey
 * @param {Recipient} recipient
 * @param {"passphrase" | "recovery_code"} by
 * @param {string} secret
 * @returns {Promise<Wrap>}
 */
async function wrapAccountKey(accountKey, recipient, by, secret) {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const wrap = /** @type {const} */ ({ by, kdf: KDF, rounds: ROUNDS, salt, nonce });
  const key = await keyOf(secret, wrap, recipient);
  return { ...wrap, wrapped: await gcm("encrypt", key, nonce, accountKey, wrapAad(recipient, wrap)) };
}

/**
 * The key that wraps the account key: stretched from what she types, derived from what a passkey makes.
 * @param {string | Bytes} secret
 * @param {Pick<Wrap, "salt" | "rounds">} wrap
 * @param {Recipient} recipient
 * @returns {Promise<Bytes>}
 */
async function keyOf(secret, wrap, recipient) {
  if (typeof secret !== "string") {
    const info = concat(utf8("waitwise.v1/passkey\0"), fromHex(recipient.kid));
    const made = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
    const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
    return new Uint8Array(await crypto.subtle.deriveBits(hkdf, made, 8 * KEY_BYTES));
  }
  const { salt, rounds: iterations } = wrap;
  const key = await crypto.subtle.importKey("raw", utf8(typed(secret)), "PBKDF2", false, ["deriveBits"]);
  const algorithm = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 8 * KEY_BYTES));
}

/**
 * @param {"encrypt" | "decrypt"} direction
 * @param {Bytes} rawKey
 * @param {Bytes} iv
 * @param {Bytes} data
 * @param {Bytes} additionalData
 * @returns {Promise<Bytes>}
 */
async function gcm(direction, rawKey, iv, data, additionalData) {
  const key = await crypto.subtle.importKey("raw", rawKey, "AES-GCM", false, [direction]);
  return new Uint8Array(await crypto.subtle[direction]({ name: "AES-GCM", iv, additionalData }, key, data));
}

/** @param {Recipient} recipient */
function identityAad(recipient) {
  return concat(utf8("waitwise.v1/identity\0"), recipient.encryptionKey, recipient.signingKey);
}

/**
 * @param {Recipient} recipient
 * @param {Pick<Wrap, "by" | "kdf" | "rounds" | "salt">} wrap
 */
function wrapAad(recipient, wrap) {
  const named = utf8(`${wrap.by}\0${wrap.kdf}\0`);
  return concat(utf8("waitwise.v1/account-key\0"), fromHex(recipient.kid), named, bigEndian(wrap.rounds, 4), wrap.salt);
}

/**
 * @param {"X25519" | "Ed25519"} algorithm
 * @param {KeyUsage[]} usages
 * @returns {Promise<Bytes>}
 */
async function newSecret(algorithm, usages) {
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(algorithm, true, usages));
  return new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)).slice(-KEY_BYTES);
}

/**
 * @param {Bytes} secrets X25519, then Ed25519
 * @returns {Promise<Identity>}
 */
async function identityFrom(secrets) {
  const [encryption, signing] = [secrets.slice(0, KEY_BYTES), secrets.slice(KEY_BYTES)];
  const x25519 = await importSecret("X25519", encryption, ["deriveBits"]);
  const ed25519 = await importSecret("Ed25519", signing, ["sign"]);
  const recipient = await recipientOf(x25519.publicKey, ed25519.publicKey);
  return Object.freeze({ recipient, encryptionKey: x25519.privateKey, signingKey: ed25519.privateKey });
}

/** @param {Bytes} secrets */
async function identityOrError(secrets) {
  try {
    return await identityFrom(secrets);
  } catch (error) {
    throw new IdentityError("The secret keys of this file are none.", { cause: error });
  }
}

/**
 * @param {"X25519" | "Ed25519"} algorithm
 * @param {Bytes} secret
 * @param {KeyUsage[]} usages
 */
async function importSecret(algorithm, secret, usages) {
  const pkcs8 = concat(PKCS8[algorithm], secret);
  // WebCrypto gives the public half of a secret key in one way only: as `x` of an exported JWK.
  const exportable = await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, true, usages);
  const { x = "" } = await crypto.subtle.exportKey("jwk", exportable);
  const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, usages);
  return { privateKey, publicKey: fromBase64url(x) };
}

/**
 * @param {Identity} identity
 * @param {string} encryptionKey
 * @param {string} signingKey
 */
function expectKeys(identity, encryptionKey, signingKey) {
  const { recipient } = identity;
  if (!equal(recipient.encryptionKey, fromHex(encryptionKey)) || !equal(recipient.signingKey, fromHex(signingKey))) {
    throw new IdentityError("The public and the secret keys of this file do not belong together.");
  }
  return identity;
}

