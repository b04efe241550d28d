/**
 * A lesson's own files as a source (lesson/source.js), and her identity file when it lies beside them.
 *
 *     header.json  stanzas/  grants/  clips/  links.jsonl  manifest.json  *.seg      as `waitwise open` takes them
 *     identity.json                                                          her keys, locked under her words
 */

import { fromHex, toBase64url } from "../footage/bytes.js";
import { HeaderError, SegmentDamagedError, SegmentMissingError } from "../footage/errors.js";
import { decodeHeader } from "../footage/header.js";
import { fileName } from "../footage/segments.js";

/** @import { Bytes } from "../footage/bytes.js" */
/** @import { Source } from "../lesson/source.js" */
/** @import { Files } from "./files.js" */

/**
 * @typedef {object} KeptLesson
 * @property {Source} source
 * @property {Date} startedAt as its unit says
 * @property {string} unit
 * @property {Bytes|null} identity
 */

const LONGEST = 256 * 1024 * 1024; // bytes, as `waitwise open` takes them
const NEWLINE = 10;

/**
 * Read what is not footage. Throws a FootageError when there is no lesson in these files.
 * @param {Files} files by their path in the lesson's folder
 * @returns {Promise<KeptLesson>}
 */
export async function keptLesson(files) {
  const named = async (/** @type {string} */ name) => (files.has(name) ? bytesOf(files, name) : null);
  const below = (/** @type {string} */ folder) => [...files.keys()].filter((name) => name.startsWith(folder) && name.endsWith(".json")).sort();
  const headerBytes = await named("header.json");
  if (!headerBytes) throw new HeaderError("There is no header.json.");
  const header = decodeHeader(headerBytes);
  const links = await named("links.jsonl");
  const manifest = await named("manifest.json");
  const answer = {
    lesson: header.lesson,
    unit_key: toBase64url(fromHex(header.unit_key)),
    header: toBase64url(headerBytes),
    stanzas: await Promise.all(below("stanzas/").map(async (name) => toBase64url(await bytesOf(files, name)))),
    grants: await Promise.all(below("grants/").map(async (name) => toBase64url(await bytesOf(files, name)))),
    clips: await Promise.all(below("clips/").map(async (name) => toBase64url(await bytesOf(files, name)))),
    links: linesOf(links ?? new Uint8Array()).map(toBase64url),
    manifest: manifest && toBase64url(manifest),
  };
  return {
    source: {
      id: header.lesson,
      isSchool: false,
      answer: async () => answer,
      segment: (track, index) => bytesOf(files, fileName(track, index)),
    },
    startedAt: new Date(header.started_at),
    unit: header.unit,
    identity: await named("identity.json"),
  };
}

/**
 * @param {Files} files
 * @param {string} name
 */
async function bytesOf(files, name) {
  const stored = files.get(name);
  if (!stored) throw new SegmentMissingError(`${name} is missing.`);
  if (stored.size > LONGEST) throw new SegmentDamagedError(`${name} is longer than any part of a lesson.`);
  return stored.bytes();
}

/** @param {Bytes} data */
function linesOf(data) {
  /** @type {Bytes[]} */
  const lines = [];
  for (let start = 0; start < data.length; ) {
    const end = data.indexOf(NEWLINE, start);
    lines.push(data.slice(start, end === -1 ? data.length : end));
    start = end === -1 ? data.length : end + 1;
  }
  return lines;
}
