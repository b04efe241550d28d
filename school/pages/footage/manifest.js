/**
 * How a lesson ended, and how many segments it has: the unit's last word (lesson/footage/manifest.py).
 */

import { ManifestError } from "./errors.js";
import { WireError, hex, integer, loads, map, number, oneOf, optional, record } from "./json.js";
import { BadSignatureError, verify } from "./signed.js";

/** @import { Bytes } from "./bytes.js" */

const readManifest = record({
  v: oneOf(1),
  lesson: hex(16),
  header_sha256: hex(32),
  segments: map(integer),
  chain: hex(32),
  evidence: optional(integer),
  end: oneOf("stopped", "interrupted", "disk_full"),
  duration_s: number,
});

/** @typedef {ReturnType<typeof readManifest>} Manifest */

/**
 * Verify with the unit's key, then read. Throws ManifestError.
 * @param {Bytes} bytes
 * @param {CryptoKey} signer
 * @returns {Promise<Manifest>}
 */
export async function decodeManifest(bytes, signer) {
  try {
    return readManifest(loads(await verify("manifest", bytes, signer)), "manifest");
  } catch (error) {
    if (error instanceof BadSignatureError) {
      throw new ManifestError(`The manifest was altered, or another unit made it. ${error.message}`, { cause: error });
    }
    if (error instanceof WireError) {
      throw new ManifestError(`The manifest cannot be read. ${error.message}`, { cause: error });
    }
    throw error;
  }
}
