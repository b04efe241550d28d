/**
 * Open Cobblestone-128: C2SP chunked encryption with SHA-512 and AES-128-GCM, the form of every segment.
 *
 *     salt (24) | commitment (32) | chunk 0 (16 KiB + tag 16) | chunk 1 | ... | last chunk: always shorter
 *
 *     key | base nonce | commitment = HKDF-Expand(key, "c2sp.org/chunked-encryption@v1+AEAD_AES_128_GCM" 00 | salt | context)
 *
 * A cut message ends with a full chunk or with none, so cutting is noticed. Nothing is handed out unless all of it opens.
 */

import { bigEndian, concat, equal, utf8 } from "./bytes.js";

/** @import { Bytes } from "./bytes.js" */

const SALT_BYTES = 24;
const KEY_BYTES = 16;
const NONCE_BYTES = 12;
const COMMITMENT_BYTES = 32;
const TAG_BYTES = 16;
const CHUNK_BYTES = 16 * 1024;
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
const HEAD_BYTES = SALT_BYTES + COMMITMENT_BYTES;
const PREFIX = utf8("c2sp.org/chunked-encryption@v1+AEAD_AES_128_GCM\0");
const NOTHING = new Uint8Array(0);

/** It does not open: another key, or it was altered. Callers throw their own error from it. */
export class ChunkedError extends Error {
  name = "ChunkedError";
}

/**
 * The whole plaintext, or ChunkedError.
 * @param {Bytes} key 16 bytes
 * @param {Bytes} sealed
 * @param {Bytes} [context]
 * @param {"SHA-512" | "SHA-256"} [hash] SHA-512 makes it Cobblestone; the published vectors also have SHA-256
 * @returns {Promise<Bytes>}
 */
export async function openChunked(key, sealed, context = NOTHING, hash = "SHA-512") {
  if (key.length !== KEY_BYTES || sealed.length < HEAD_BYTES + TAG_BYTES) {
    throw new ChunkedError("It is too short.");
  }
  const info = concat(PREFIX, sealed.slice(0, SALT_BYTES), context);
  const derived = await expand(key, info, KEY_BYTES + NONCE_BYTES + COMMITMENT_BYTES, hash);
  if (!equal(derived.slice(KEY_BYTES + NONCE_BYTES), sealed.slice(SALT_BYTES, HEAD_BYTES))) {
    throw new ChunkedError("It was sealed with another key.");
  }
  const baseNonce = derived.slice(KEY_BYTES, KEY_BYTES + NONCE_BYTES);
  const aead = await crypto.subtle.importKey("raw", derived.slice(0, KEY_BYTES), "AES-GCM", false, ["decrypt"]);

  // Where the short last chunk was cut off, the last one here has no bytes, not even a tag, and does not open.
  const lastChunk = Math.floor((sealed.length - HEAD_BYTES) / SEALED_CHUNK_BYTES);
  const chunks = Array.from({ length: lastChunk + 1 }, async (_, at) => {
    const start = HEAD_BYTES + at * SEALED_CHUNK_BYTES;
    const chunk = sealed.subarray(start, start + SEALED_CHUNK_BYTES);
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonceOf(baseNonce, at) }, aead, chunk));
  });
  try {
    return concat(...(await Promise.all(chunks)));
  } catch (error) {
    throw new ChunkedError("A chunk of it was altered.", { cause: error });
  }
}

/**
 * @param {Bytes} base
 * @param {number} chunk
 */
function nonceOf(base, chunk) {
  const counter = bigEndian(chunk, NONCE_BYTES);
  return base.map((byte, at) => byte ^ /** @type {number} */ (counter[at]));
}

/**
 * HKDF-Expand (RFC 5869 §2.3). WebCrypto's HKDF would extract first.
 * @param {Bytes} prk
 * @param {Bytes} info
 * @param {number} length
 * @param {string} hash
 * @returns {Promise<Bytes>}
 */
async function expand(prk, info, length, hash) {
  const key = await crypto.subtle.importKey("raw", prk, { name: "HMAC", hash }, false, ["sign"]);
  /** @type {Bytes} */
  let block = NOTHING;
  let okm = NOTHING;
  for (let round = 1; okm.length < length; round += 1) {
    const message = concat(block, info, new Uint8Array([round]));
    block = new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
    okm = concat(okm, block);
  }
  return okm.slice(0, length);
}
