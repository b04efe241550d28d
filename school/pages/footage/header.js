/**
 * The header of a sealed lesson: which lesson, which unit, for whom, and how to play it (lesson/footage/header.py).
 */

import { sha256 } from "./bytes.js";
import { HeaderError } from "./errors.js";
import { hex, integer, list, loads, moment, number, oneOf, optional, record, text } from "./json.js";

/** @import { Bytes } from "./bytes.js" */

const readHeader = record({
  v: oneOf(1),
  suite: oneOf("waitwise.v1"),
  lesson: hex(16),
  unit: text,
  unit_key: hex(32),
  started_at: moment,
  clock: record({ quality: oneOf("synced", "floor", "unknown") }),
  recipients: list(record({ kid: hex(16), role: oneOf("teacher", "coach", "claim", "recovery") })),
  media: record({
    video: optional(record({ codec: text, width: integer, height: integer, fps: number })),
    audio: optional(record({ codec: text, rate_hz: integer })),
  }),
  mask: optional(text),
});

/** @typedef {ReturnType<typeof readHeader>} Header */

/**
 * Read header.json, or throw HeaderError.
 * @param {Bytes} bytes
 * @returns {Header}
 */
export function decodeHeader(bytes) {
  /** @type {Header} */
  let header;
  try {
    header = readHeader(loads(bytes), "header");
  } catch (error) {
    throw new HeaderError(`The header of the lesson cannot be read. ${sentence(error)}`, { cause: error });
  }
  const kids = header.recipients.map((listed) => listed.kid);
  if (kids.length === 0 || new Set(kids).size !== kids.length) {
    throw new HeaderError("A lesson needs recipients, each once.");
  }
  return header;
}

/**
 * Names of the keys with this role.
 * @param {Header} header
 * @param {Header["recipients"][number]["role"]} role
 */
export function kidsOf(header, role) {
  return header.recipients.filter((listed) => listed.role === role).map(({ kid }) => kid);
}

/**
 * H, 32 bytes: what everything in a lesson is bound to.
 * @param {Bytes} bytes
 */
export function headerHash(bytes) {
  return sha256(bytes);
}

/** @param {unknown} error */
function sentence(error) {
  return error instanceof Error ? error.message : "";
}
