/**
 * A lesson handed on to somebody whom the header does not name, signed by whose it is (lesson/footage/grant.py).
 */

import { concat, fromHex, fromUtf8, toBase64url, toHex, utf8 } from "./bytes.js";
import { GrantError } from "./errors.js";
import { kidsOf } from "./header.js";
import { HpkeError, openFrom, sealTo } from "./hpke.js";
import { WireError, base64url, hex, loads, moment, optional, record } from "./json.js";
import { recipientOf } from "./recipients.js";
import { BadSignatureError, importSigner, sign, verify } from "./signed.js";

/** @import { Bytes } from "./bytes.js" */
/** @import { Header } from "./header.js" */
/** @import { Identity } from "./identity.js" */
/** @import { Recipient } from "./recipients.js" */

const SEALED_BYTES = 64;
const KEY_BYTES = 32;
const BEFORE_BY = utf8('{"signed":{"by":"');
const BY_CHARACTERS = 4 * KEY_BYTES;

const readBy = hex(2 * KEY_BYTES);
const readGrant = record({
  by: readBy,
  grant: hex(16),
  header_sha256: hex(32),
  to: hex(16),
  sealed: base64url,
  created_at: moment,
  expires_at: optional(moment),
});

/** @typedef {ReturnType<typeof readGrant> & {giver: string}} Grant `giver`: name of the keys that gave it */

/**
 * Verify with the key that it names, then read. Whether that one may give it is for `checkGrants`. Throws GrantError.
 * @param {Bytes} bytes
 * @returns {Promise<Grant>}
 */
export async function decodeGrant(bytes) {
  try {
    const keys = fromHex(readBy(fromUtf8(bytes.slice(BEFORE_BY.length, BEFORE_BY.length + BY_CHARACTERS)), "by"));
    const [encryptionKey, signingKey] = [keys.slice(0, KEY_BYTES), keys.slice(KEY_BYTES)];
    const grant = readGrant(loads(await verify("grant", bytes, await importSigner(signingKey))), "grant");
    if (grant.sealed.length !== SEALED_BYTES) {
      throw new WireError(`A wrapped content key has ${SEALED_BYTES} bytes.`);
    }
    return { ...grant, giver: (await recipientOf(encryptionKey, signingKey)).kid };
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
  const claims = kidsOf(header, "claim");
  const heirs = read.filter(({ giver }) => claims.includes(giver)).map(({ to }) => to);
  const givers = new Set([...claims, ...kidsOf(header, "teacher"), ...heirs]);
  if (read.some(({ giver }) => !givers.has(giver))) {
    throw new GrantError("This lesson was handed on by somebody whose it is not.");
  }
  return read;
}

/**
 * The content key, for the one it was handed on to. Throws GrantError.
 * @param {Grant} grant
 * @param {Identity} identity
 * @returns {Promise<Bytes>}
 */
export async function openGrant(grant, identity) {
  const info = grantInfo(fromHex(grant.header_sha256), grant.giver, grant.to);
  try {
    return await openFrom(grant.sealed, identity.encryptionKey, identity.recipient.encryptionKey, info);
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
 * @returns {Promise<Bytes>}
 */
export async function give(contentKey, headerHash, to, by, until) {
  const { recipient } = by;
  let sealed;
  try {
    sealed = await sealTo(contentKey, to.encryptionKey, grantInfo(headerHash, recipient.kid, to.kid));
  } catch (error) {
    if (error instanceof HpkeError) {
      throw new GrantError("This public key cannot be sealed to.", { cause: error });
    }
    throw error;
  }
  const body = JSON.stringify({
    by: toHex(concat(recipient.encryptionKey, recipient.signingKey)),
    grant: toHex(crypto.getRandomValues(new Uint8Array(16))),
    header_sha256: toHex(headerHash),
    to: to.kid,
    sealed: toBase64url(sealed),
    created_at: new Date().toISOString(),
    expires_at: until === null ? null : until.toISOString(),
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
