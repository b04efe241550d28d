/**
 * One line of JSON and its signature: the bytes are verified first and parsed afterwards (lesson/footage/signed.py).
 *
 *     {"signed":{"v":1,"end":"stopped"},"signature":"5tZc...86 characters..."}
 *     |<- 10 ->|<------- body ------->|<-------------- 102 --------------->|
 */

import { concat, equal, fromBase64url, fromUtf8, toBase64url, utf8 } from "./bytes.js";

/** @import { Bytes } from "./bytes.js" */

const BEFORE = utf8('{"signed":');
const BETWEEN = utf8(',"signature":"');
const AFTER = utf8('"}');
const SIGNATURE_CHARACTERS = 86;
const BEHIND_BODY = BETWEEN.length + SIGNATURE_CHARACTERS + AFTER.length;

/** The line is not framed as agreed, or its signature does not hold. Callers throw their own error from it. */
export class BadSignatureError extends Error {
  name = "BadSignatureError";
}

/**
 * A public key lines can be verified with, or BadSignatureError.
 * @param {Bytes} publicKey Ed25519, 32 bytes
 */
export async function importSigner(publicKey) {
  try {
    return await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
  } catch (error) {
    throw new BadSignatureError("This is not an Ed25519 key.", { cause: error });
  }
}

/**
 * The body of a signed line without newline, or BadSignatureError.
 * @param {string} purpose
 * @param {Bytes} line
 * @param {CryptoKey} signer
 * @returns {Promise<Bytes>}
 */
export async function verify(purpose, line, signer) {
  const endOfBody = line.length - BEHIND_BODY;
  const startOfSignature = endOfBody + BETWEEN.length;
  if (
    endOfBody < BEFORE.length ||
    !equal(line.slice(0, BEFORE.length), BEFORE) ||
    !equal(line.slice(endOfBody, startOfSignature), BETWEEN) ||
    !equal(line.slice(-AFTER.length), AFTER)
  ) {
    throw new BadSignatureError("This is not a signed line.");
  }
  const body = line.slice(BEFORE.length, endOfBody);
  const signature = readSignature(line.slice(startOfSignature, -AFTER.length));
  const message = concat(utf8(`waitwise.v1/${purpose}\0`), body);
  if (!(await crypto.subtle.verify("Ed25519", signer, signature, message))) {
    throw new BadSignatureError("The signature does not hold.");
  }
  return body;
}

/**
 * Frame one line of canonical JSON with its signature. No newline at the end.
 * @param {string} purpose
 * @param {Bytes} body
 * @param {CryptoKey} key Ed25519, with `sign`
 * @returns {Promise<Bytes>}
 */
export async function sign(purpose, body, key) {
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", key, concat(utf8(`waitwise.v1/${purpose}\0`), body)));
  return concat(BEFORE, body, BETWEEN, utf8(toBase64url(signature)), AFTER);
}

/** @param {Bytes} characters */
function readSignature(characters) {
  try {
    return fromBase64url(fromUtf8(characters));
  } catch (error) {
    throw new BadSignatureError("The signature is not base64url.", { cause: error });
  }
}
