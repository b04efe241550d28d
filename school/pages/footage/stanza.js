/**
 * A lesson's content key, wrapped for one person (lesson/footage/stanza.py).
 */

import { concat, fromHex, utf8 } from "./bytes.js";
import { StanzaError } from "./errors.js";
import { HpkeError, openFrom } from "./hpke.js";
import { WireError, base64url, hex, loads, record } from "./json.js";
import { BadSignatureError, verify } from "./signed.js";

/** @import { Bytes } from "./bytes.js" */
/** @import { Identity } from "./identity.js" */

const SEALED_BYTES = 64;

const readStanza = record({ header_sha256: hex(32), kid: hex(16), sealed: base64url });

/** @typedef {ReturnType<typeof readStanza>} Stanza */

/**
 * Verify with the signer's key, then read. Throws StanzaError.
 * @param {Bytes} bytes
 * @param {CryptoKey} signer
 * @returns {Promise<Stanza>}
 */
export async function decodeStanza(bytes, signer) {
  try {
    const stanza = readStanza(loads(await verify("stanza", bytes, signer)), "stanza");
    if (stanza.sealed.length !== SEALED_BYTES) {
      throw new WireError(`A wrapped content key has ${SEALED_BYTES} bytes.`);
    }
    return stanza;
  } catch (error) {
    if (error instanceof BadSignatureError) {
      throw new StanzaError(`A wrapped key was altered, or another unit made it. ${error.message}`, { cause: error });
    }
    if (error instanceof WireError) {
      throw new StanzaError(`A wrapped key cannot be read. ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/**
 * The content key for its owner. Throws StanzaError.
 * @param {Bytes} sealed
 * @param {Identity} identity
 * @param {Bytes} headerHash
 * @returns {Promise<Bytes>}
 */
export async function unwrap(sealed, identity, headerHash) {
  const { encryptionKey, kid } = identity.recipient;
  try {
    return await openFrom(sealed, identity.encryptionKey, encryptionKey, wrapInfo(headerHash, kid));
  } catch (error) {
    if (error instanceof HpkeError) {
      throw new StanzaError("Her wrapped key does not open with her identity.", { cause: error });
    }
    throw error;
  }
}

/**
 * What a wrapped key is bound to: this lesson, and this person.
 * @param {Bytes} headerHash
 * @param {string} kid
 */
function wrapInfo(headerHash, kid) {
  return concat(utf8("waitwise.v1/wrap\0"), headerHash, fromHex(kid));
}

