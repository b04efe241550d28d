/**
 * Names and keys of the parts of a lesson (lesson/footage/segments.py). A segment is called by its file name.
 */

import { bigEndian, concat, utf8 } from "./bytes.js";
import { SegmentMisplacedError } from "./errors.js";

/** @import { Bytes } from "./bytes.js" */

/** What a segment holds. */
export const Track = Object.freeze({
  /** Fragmented MP4 with picture and sound. Index 0 is the initialization segment. */
  AV: 0,
  /** Fragmented MP4 with sound only. Index 0 is the initialization segment. */
  AUDIO: 1,
  /** What was heard, as JSON lines. */
  LOG: 2,
  /** Single pictures, and the proof of the mask. */
  STILLS: 3,
  /** What was heard, as it happens, over MQTT. Not stored with the lesson and not in its chain. */
  EVIDENCE: 4,
});

export const MAX_INDEX = 999_999;

/**
 * @param {number} track
 * @param {number} index
 */
export function fileName(track, index) {
  return `${track}-${String(index).padStart(6, "0")}.seg`;
}

/**
 * @param {string} name
 * @returns {{track: number, index: number}}
 */
export function fromFileName(name) {
  const found = /^([0-3])-([0-9]{6})\.seg$/.exec(name);
  if (!found) {
    throw new SegmentMisplacedError(`"${name}" is not the name of a segment.`);
  }
  return { track: Number(found[1]), index: Number(found[2]) };
}

/**
 * The 16 bytes one segment, or one piece of evidence, is sealed with.
 * @param {Bytes} contentKey
 * @param {Bytes} headerHash
 * @param {number} track
 * @param {number} index
 * @param {boolean} final
 * @returns {Promise<Bytes>}
 */
export async function segmentKey(contentKey, headerHash, track, index, final) {
  const info = concat(
    utf8("waitwise.v1/segment\0"),
    headerHash,
    bigEndian(track, 1),
    bigEndian(index, 4),
    bigEndian(final ? 1 : 0, 1),
  );
  const imported = await crypto.subtle.importKey("raw", contentKey, "HKDF", false, ["deriveBits"]);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, imported, 128));
}
