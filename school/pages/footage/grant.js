/**
 * A lesson handed on to somebody whom the header does not name, signed by whose it is (lesson/footage/grant.py).
 */

import { concat, fromHex, fromUtf8, toBase64url, toHex, utf8 } from "./bytes.js";
import { GrantError } from "./errors.js";
import { kidsOf } from "./header.js";
import { HpkeError, openFrom, sealTo } from "./hpke.js";
import { WireError, base64url, hex, later, loads, moment, optional, record } from "./json.js";
import { recipientOf } from "./recipients.js";
import { BadSignatureError, importSigner, sign, verify } from "./signed.js";

/** @import { Bytes } from "./bytes.js" */
/** @import { Header } from "./header.js" */
/** @import { Identity } from "./identity.js" */
/** @import { Recipient } from "./recipients.js" */

const SEALED_BYTES = 64;
const KEY_BYTES = 32;
const NOTE_PAD_BYTES = 256;
const BEFORE_BY = utf8('{"signed":{"by":"');
const BY_CHARACTERS = 4 * KEY_BYTES;

/** Of the text that goes with what is handed on. */
export const MAX_NOTE_BYTES = 4096;

/** Both public keys of who gives, as the record says them. */
export const readBy = hex(2 * KEY_BYTES);
const readGrant = record({
  by: readBy,
  grant: hex(16),
  header_sha256: hex(32),
  to: hex(16),
  sealed: base64url,
  created_at: moment,
  expires_at: optional(moment),
  note: later(base64url),
});

/** @typedef {ReturnType<typeof readGrant> & {giver: string}} Grant `giver`: name of the keys that gave it */

/**
 * Verify with the key that it names, then read. Whether that one may give it is for `checkGrants`. Throws GrantError.
 * @param {Bytes} bytes
 * @returns {Promise<Grant>}
 */
export async function decodeGrant(bytes) {
  try {
    const by = giverIn(bytes);
    const grant = readGrant(loads(await verify("grant", bytes, await importSigner(by.signingKey))), "grant");
    if (grant.sealed.length !== SEALED_BYTES) {
      throw new WireError(`A wrapped content key has ${SEALED_BYTES} bytes.`);
    }
    if (grant.note !== null && grant.note.length > SEALED_BYTES + MAX_NOTE_BYTES + NOTE_PAD_BYTES) {
      throw new WireError(`A note has at most ${MAX_NOTE_BYTES} bytes.`);
    }
    return { ...grant, giver: (await recipientOf(by.encryptionKey, by.signingKey)).kid };
  } catch (error) {
    if (error instanceof BadSignatureError) {
      throw new GrantError(`Somebody altered how this lesson was handed on. ${error.message}`, { cause: error });
    }
    if (error instanceof WireError || error instanceof TypeError) {
      throw new GrantError(`How this lesson was handed on cannot be read. ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/**
 * Read the grants of a lesson, in their order. Throws GrantError for one that nobody could give.
 * @param {Header} header
 * @param {Bytes} headerHash
 * @param {Bytes[]} grants
 * @returns {Promise<Grant[]>}
 */
export async function checkGrants(header, headerHash, grants) {
  const read = await Promise.all(grants.map(decodeGrant));
  if (new Set(read.map(({ grant }) => grant)).size !== read.length) {
    throw new GrantError("This lesson was handed on twice under one name.");
  }
  if (read.some((grant) => grant.header_sha256 !== toHex(headerHash))) {
    throw new GrantError("Another lesson was handed on with this.");
  }
  checkGivers(header, read, read);
  return read;
}

/**
 * Throw GrantError unless each of `given` is from somebody whose lesson it is, by its header or by a claim in `grants`.
 * @param {Header} header
 * @param {Grant[]} grants
 * @param {{giver: string}[]} given
 */
export function checkGivers(header, grants, given) {
  const claims = kidsOf(header, "claim");
  const heirs = grants.filter(({ giver }) => claims.includes(giver)).map(({ to }) => to);
  const owners = new Set([...claims, ...kidsOf(header, "teacher"), ...heirs]);
  if (given.some(({ giver }) => !owners.has(giver))) {
    throw new GrantError("This lesson was handed on by somebody whose it is not.");
  }
}

/**
 * Both public keys that a file names as its giver's, cut out by counting. Throws WireError or TypeError.
 * @param {Bytes} bytes
 */
export function giverIn(bytes) {
  const keys = fromHex(readBy(fromUtf8(bytes.slice(BEFORE_BY.length, BEFORE_BY.length + BY_CHARACTERS)), "by"));
  return { encryptionKey: keys.slice(0, KEY_BYTES), signingKey: keys.slice(KEY_BYTES) };
}

/**
 * The content key, and what the giver wrote to it, for the one it was handed on to. Throws GrantError.
 * @param {Grant} grant
 * @param {Identity} identity
 * @returns {Promise<{contentKey: Bytes, note: string}>}
 */
export async function openGrant(grant, identity) {
  const hash = fromHex(grant.header_sha256);
  const note = grant.note === null ? new Uint8Array(0) : await openGiven(grant.note, identity, noteInfo(hash, grant.giver, grant.to, grant.grant));
  const contentKey = await openGiven(grant.sealed, identity, grantInfo(hash, grant.giver, grant.to));
  try {
    return { contentKey, note: fromUtf8(note).replace(/ +$/, "") };
  } catch (error) {
    throw new GrantError("The note to this lesson is no text.", { cause: error });
  }
}

/**
 * Open what somebody sealed to her. Throws GrantError.
 * @param {Bytes} sealed
 * @param {Identity} identity
 * @param {Bytes} info
 */
export async function openGiven(sealed, identity, info) {
  try {
    return await openFrom(sealed, identity.encryptionKey, identity.recipient.encryptionKey, info);
  } catch (error) {
    if (error instanceof HpkeError) {
      throw new GrantError("What she was handed on does not open with her identity.", { cause: error });
    }
    throw error;
  }
}

/**
 * Hand a lesson on: the bytes of the grant's file. Throws GrantError when that key is none.
 * @param {Bytes} contentKey
 * @param {Bytes} headerHash
 * @param {Recipient} to
 * @param {Identity} by
 * @param {Date|null} until
 * @param {string} note
 * @returns {Promise<Bytes>}
 */
export async function give(contentKey, headerHash, to, by, until, note) {
  const { kid } = by.recipient;
  const name = newName();
  const sealed = await sealGiven(contentKey, to, grantInfo(headerHash, kid, to.kid));
  const sealedNote = note && (await sealGiven(padded(utf8(note), NOTE_PAD_BYTES), to, noteInfo(headerHash, kid, to.kid, name)));
  const body = JSON.stringify({
    by: byOf(by),
    grant: name,
    header_sha256: toHex(headerHash),
    to: to.kid,
    sealed: toBase64url(sealed),
    created_at: new Date().toISOString(),
    expires_at: until === null ? null : until.toISOString(),
    ...(sealedNote ? { note: toBase64url(sealedNote) } : {}),
  });
  return sign("grant", utf8(body), by.signingKey);
}

/**
 * What the wrapped key is bound to: this lesson, who gives it, and who gets it.
 * @param {Bytes} headerHash
 * @param {string} by
 * @param {string} to
 */
function grantInfo(headerHash, by, to) {
  return concat(utf8("waitwise.v1/grant\0"), headerHash, fromHex(by), fromHex(to));
}

/**
 * What the note is bound to: the same, and this grant.
 * @param {Bytes} headerHash
 * @param {string} by
 * @param {string} to
 * @param {string} grant
 */
function noteInfo(headerHash, by, to, grant) {
  return concat(utf8("waitwise.v1/note\0"), headerHash, fromHex(by), fromHex(to), fromHex(grant));
}

/**
 * Seal to somebody's public key. Throws GrantError if it is none.
 * @param {Bytes} plaintext
 * @param {Recipient} to
 * @param {Bytes} info
 */
export async function sealGiven(plaintext, to, info) {
  try {
    return await sealTo(plaintext, to.encryptionKey, info);
  } catch (error) {
    if (error instanceof HpkeError) {
      throw new GrantError("This public key cannot be sealed to.", { cause: error });
    }
    throw error;
  }
}

/**
 * With spaces behind it, until its length tells nothing.
 * @param {Bytes} text
 * @param {number} multiple
 */
export function padded(text, multiple) {
  return concat(text, new Uint8Array((multiple - (text.length % multiple)) % multiple).fill(32));
}

/** @param {Identity} by */
export function byOf({ recipient }) {
  return toHex(concat(recipient.encryptionKey, recipient.signingKey));
}

/** A name for what is handed on: 16 random bytes. */
export function newName() {
  return toHex(crypto.getRandomValues(new Uint8Array(16)));
}
