/**
 * The school's signed word that it has destroyed a lesson (lesson/footage/deletion.py).
 */

import { DeletionError } from "./errors.js";
import { WireError, hex, integer, loads, moment, oneOf, record } from "./json.js";
import { BadSignatureError, verify } from "./signed.js";

/** @import { Bytes } from "./bytes.js" */

const readDeletion = record({
  lesson: hex(16),
  header_sha256: hex(32),
  chain: hex(32),
  segments: integer,
  length_bytes: integer,
  by: oneOf("teacher", "policy"),
  deleted_at: moment,
});

/** @typedef {ReturnType<typeof readDeletion>} Deletion */

/**
 * Verify with the school's receipt key, read, and expect it to be for this lesson. Throws DeletionError.
 * @param {Bytes} bytes
 * @param {CryptoKey} school
 * @param {string} lesson
 * @returns {Promise<Deletion>}
 */
export async function decodeDeletion(bytes, school, lesson) {
  let deletion;
  try {
    deletion = readDeletion(loads(await verify("deletion", bytes, school)), "deletion");
  } catch (error) {
    if (error instanceof BadSignatureError) {
      throw new DeletionError(`The deletion receipt was altered, or another school made it. ${error.message}`, { cause: error });
    }
    if (error instanceof WireError) {
      throw new DeletionError(`The deletion receipt cannot be read. ${error.message}`, { cause: error });
    }
    throw error;
  }
  if (deletion.lesson !== lesson) throw new DeletionError("This deletion receipt is for another lesson.");
  return deletion;
}
