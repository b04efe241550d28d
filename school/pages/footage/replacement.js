/**
 * A new identity file in place of the one that the school keeps (lesson/footage/replacement.py).
 *
 *     {"signed":{"before":"<SHA-256 of the file that is there>","file":"<the new file>"},"signature":"<hers>"}
 */

import { sha256, toBase64url, toHex, utf8 } from "./bytes.js";
import { sign } from "./signed.js";

/** @import { Bytes } from "./bytes.js" */
/** @import { Identity } from "./identity.js" */

/**
 * The line that she signs.
 * @param {Bytes} before the file that is there
 * @param {Bytes} file
 * @param {Identity} identity
 */
export async function replacement(before, file, identity) {
  const body = { before: toHex(await sha256(before)), file: toBase64url(file) };
  return sign("identity-file", utf8(JSON.stringify(body)), identity.signingKey);
}
