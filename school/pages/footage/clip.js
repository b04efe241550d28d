/**
 * A clip: a few seconds of a lesson handed on, by the keys of just those segments (lesson/footage/clip.py).
 *
 *     segments  ["0-000000.seg", "0-000012.seg", "0-000013.seg"]      told to everybody, signed
 *     sealed    {"keys": [a key each], "note": "...", "numbers": "..."}      for her alone
 */

import { concat, fromHex, toBase64url, toHex, utf8 } from "./bytes.js";
import { FootageError, GrantError } from "./errors.js";
import { byOf, checkGivers, giverIn, MAX_NOTE_BYTES, newName, openGiven, padded, readBy, sealGiven } from "./grant.js";
import { WireError, base64url, hex, list, loads, moment, optional, record, text } from "./json.js";
import { recipientOf } from "./recipients.js";
import { Track, fromFileName } from "./segments.js";
import { BadSignatureError, importSigner, sign, verify } from "./signed.js";

/** @import { Bytes } from "./bytes.js" */
/** @import { Grant } from "./grant.js" */
/** @import { Header } from "./header.js" */
/** @import { Identity } from "./identity.js" */
/** @import { Recipient } from "./recipients.js" */

/** Half an hour of segments of 2 s. More than that is a lesson. */
export const MAX_SEGMENTS = 900;

const MAX_SEALED_BYTES = 128 * 1024;
const PAD_BYTES = 1024;
const KEY_BYTES = 16;

const readClip = record({
  by: readBy,
  clip: hex(16),
  header_sha256: hex(32),
  to: hex(16),
  segments: list(text),
  sealed: base64url,
  created_at: moment,
  expires_at: optional(moment),
});
const readContent = record({ keys: list(base64url), note: text, numbers: text });

/** @typedef {ReturnType<typeof readClip> & {giver: string}} Clip `giver`: name of the keys that gave it */
/** @typedef {{clip: Clip, note: string, numbers: string, keys: Map<string, Bytes>}} OpenClip keys by file name */

/**
 * Verify with the key that it names, then read. Whether that one may give it is for `checkClips`. Throws GrantError.
 * @param {Bytes} bytes
 * @returns {Promise<Clip>}
 */
export async function decodeClip(bytes) {
  try {
    const by = giverIn(bytes);
    const clip = readClip(loads(await verify("clip", bytes, await importSigner(by.signingKey))), "clip");
    expectNames(clip.segments);
    if (clip.sealed.length > MAX_SEALED_BYTES) throw new WireError("More is sealed in this clip than a clip can hold.");
    return { ...clip, giver: (await recipientOf(by.encryptionKey, by.signingKey)).kid };
  } catch (error) {
    if (error instanceof BadSignatureError) {
      throw new GrantError(`Somebody altered how this clip was handed on. ${error.message}`, { cause: error });
    }
    if (error instanceof WireError || error instanceof TypeError || error instanceof FootageError) {
      throw new GrantError(`How this clip was handed on cannot be read. ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/**
 * Read the clips of a lesson, in their order. Throws GrantError for one that nobody could give.
 * @param {Header} header
 * @param {Bytes} headerHash
 * @param {Grant[]} grants those of the same lesson, checked: by one of them its giver may have claimed it
 * @param {Bytes[]} clips
 * @returns {Promise<Clip[]>}
 */
export async function checkClips(header, headerHash, grants, clips) {
  const read = await Promise.all(clips.map(decodeClip));
  if (new Set(read.map(({ clip }) => clip)).size !== read.length) {
    throw new GrantError("This clip was handed on twice under one name.");
  }
  if (read.some((clip) => clip.header_sha256 !== toHex(headerHash))) {
    throw new GrantError("A clip of another lesson was handed on with this.");
  }
  checkGivers(header, grants, read);
  return read;
}

/**
 * What was sealed in it, for the one it was handed on to. Throws GrantError.
 * @param {Clip} clip
 * @param {Identity} identity
 * @returns {Promise<OpenClip>}
 */
export async function openClip(clip, identity) {
  const { segments } = clip;
  const sealed = await openGiven(clip.sealed, identity, clipInfo(fromHex(clip.header_sha256), clip.giver, clip.to, segments));
  const { keys, note, numbers } = readSealed(sealed);
  if (keys.length !== segments.length) {
    throw new GrantError("This clip has not a key for each of its segments.");
  }
  return { clip, note, numbers, keys: new Map(segments.map((name, at) => [name, keys[at]])) };
}

/**
 * Hand on some segments: the bytes of the clip's file. Throws GrantError.
 * @param {Map<string, Bytes>} keys by file name
 * @param {Bytes} headerHash
 * @param {Recipient} to
 * @param {Identity} by
 * @param {Date|null} until
 * @param {{note: string, numbers: string}} told
 * @returns {Promise<Bytes>}
 */
export async function giveClip(keys, headerHash, to, by, until, { note, numbers }) {
  const segments = [...keys.keys()].sort();
  if (segments.length > MAX_SEGMENTS) {
    throw new GrantError("A clip is at most half an hour. Share the whole lesson, or a shorter clip.");
  }
  const content = { keys: segments.map((name) => toBase64url(/** @type {Bytes} */ (keys.get(name)))), note, numbers };
  const plaintext = padded(utf8(JSON.stringify(content)), PAD_BYTES);
  if (plaintext.length > MAX_SEALED_BYTES - PAD_BYTES) {
    throw new GrantError("There are too many numbers in these seconds for one clip. Share it without them, or a shorter clip.");
  }
  const body = JSON.stringify({
    by: byOf(by),
    clip: newName(),
    header_sha256: toHex(headerHash),
    to: to.kid,
    segments,
    sealed: toBase64url(await sealGiven(plaintext, to, clipInfo(headerHash, by.recipient.kid, to.kid, segments))),
    created_at: new Date().toISOString(),
    expires_at: until === null ? null : until.toISOString(),
  });
  return sign("clip", utf8(body), by.signingKey);
}

/** @param {string[]} names */
function expectNames(names) {
  const tracks = names.map((name) => fromFileName(name).track);
  const isInOrder = names.every((name, at) => at === 0 || names[at - 1] < name);
  if (!names.length || names.length > MAX_SEGMENTS || !isInOrder) {
    throw new WireError(`A clip names 1 to ${MAX_SEGMENTS} segments, each once and in order.`);
  }
  if (tracks.includes(Track.LOG)) {
    throw new WireError("The lesson log is never part of a clip: it would tell the whole lesson.");
  }
}

/** @param {Bytes} sealed */
function readSealed(sealed) {
  try {
    const content = readContent(loads(sealed), "clip");
    if (content.keys.some((key) => key.length !== KEY_BYTES)) throw new WireError(`A segment's key has ${KEY_BYTES} bytes.`);
    if (utf8(content.note).length > MAX_NOTE_BYTES) throw new WireError(`A note has at most ${MAX_NOTE_BYTES} bytes.`);
    return content;
  } catch (error) {
    if (error instanceof WireError) {
      throw new GrantError(`What was sealed in this clip cannot be read. ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/**
 * What the keys are bound to: this lesson, who gives them, who gets them, and of which segments they are.
 * @param {Bytes} headerHash
 * @param {string} by
 * @param {string} to
 * @param {string[]} names
 */
function clipInfo(headerHash, by, to, names) {
  return concat(utf8("waitwise.v1/clip\0"), headerHash, fromHex(by), fromHex(to), utf8(names.join("")));
}
