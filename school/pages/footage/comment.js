/**
 * What somebody says of a moment in a lesson: sealed, signed, in versions that name one another (lesson/footage/comment.py).
 *
 *     written                    edited                           deleted
 *     number 1, before null <--- number 2, before SHA-256(1) <--- number 3, before SHA-256(2), sealed null
 *
 * To readers "lesson" it is sealed under a key from the lesson's content key, to readers "author" to her own key alone.
 */

import { bigEndian, concat, fromHex, fromUtf8, sha256, toBase64url, toHex, utf8 } from "./bytes.js";
import { CommentError, NotForYouError } from "./errors.js";
import { HpkeError, openFrom, sealTo } from "./hpke.js";
import { WireError, base64url, hex, integer, loads, moment, number, oneOf, optional, record, text } from "./json.js";
import { recipientOf } from "./recipients.js";
import { BadSignatureError, importSigner, sign, verify } from "./signed.js";

/** @import { Bytes } from "./bytes.js" */
/** @import { Identity } from "./identity.js" */

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MAX_NUMBER = 999_999;
const PADDED_BYTES = [256, 512, 1024, 2048, 4096, 8192];
const BEFORE_BY = utf8('{"signed":{"by":"');
const BY_CHARACTERS = 4 * KEY_BYTES;

const readBy = hex(2 * KEY_BYTES);
const readComment = record({
  by: readBy,
  comment: hex(16),
  number: integer,
  before: optional(hex(32)),
  header_sha256: hex(32),
  readers: oneOf("author", "lesson"),
  sealed: optional(base64url),
  written_at: moment,
});
const readSaid = record({
  parent: optional(hex(16)),
  tag: oneOf("note", "question", "wait_time", "strength", "to_discuss", "action_step"),
  text,
  at_s: number,
  end_s: optional(number),
});

/** @typedef {ReturnType<typeof readSaid>} Said what is sealed: the school knows nothing of it, not even the moment */
/** @typedef {{number: number, sha256: string}} Seen what is remembered of a comment: its newest version */
/** @typedef {ReturnType<typeof readComment> & {author: string, seen: Seen}} Comment `author`: name of her keys */
/**
 * @typedef {object} Draft
 * @property {Said|null} said null deletes it
 * @property {"author"|"lesson"} readers
 * @property {{comment: string, seen: Seen}|null} after the version before; null for a new comment
 */

/**
 * Verify with the key that it names, then read. Throws CommentError.
 * @param {Bytes} bytes
 * @returns {Promise<Comment>}
 */
export async function decodeComment(bytes) {
  try {
    const keys = fromHex(readBy(fromUtf8(bytes.slice(BEFORE_BY.length, BEFORE_BY.length + BY_CHARACTERS)), "by"));
    const [encryptionKey, signingKey] = [keys.slice(0, KEY_BYTES), keys.slice(KEY_BYTES)];
    const comment = readComment(loads(await verify("comment", bytes, await importSigner(signingKey))), "comment");
    expectForm(comment);
    const author = (await recipientOf(encryptionKey, signingKey)).kid;
    return { ...comment, author, seen: { number: comment.number, sha256: toHex(await sha256(bytes)) } };
  } catch (error) {
    if (error instanceof BadSignatureError) {
      throw new CommentError(`Somebody altered a comment. ${error.message}`, { cause: error });
    }
    if (error instanceof WireError || error instanceof TypeError) {
      throw new CommentError(`A comment cannot be read. ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/**
 * Hold it against what was seen before. Throws CommentError.
 * @param {Comment} comment
 * @param {Seen|null|undefined} before
 */
export function expectAfter({ number: now, before: named, seen }, before) {
  if (!before || (now === before.number && seen.sha256 === before.sha256)) {
    return;
  }
  if (now < before.number) {
    throw new CommentError("This is an older version of a comment than the one that was seen before.");
  }
  if (now === before.number) {
    throw new CommentError("There are two versions of one comment under one number.");
  }
  if (now === before.number + 1 && named !== before.sha256) {
    throw new CommentError("This version of a comment does not follow the one that was seen before.");
  }
}

/**
 * What a comment says; null when its author has deleted it. Throws CommentError, and NotForYouError when she keeps it to herself.
 * @param {Comment} comment
 * @param {Bytes} contentKey
 * @param {Bytes} headerHash
 * @param {Identity} identity
 * @returns {Promise<Said|null>}
 */
export async function openComment(comment, contentKey, headerHash, identity) {
  if (comment.header_sha256 !== toHex(headerHash)) {
    throw new CommentError("This comment was written about another lesson.");
  }
  if (comment.readers === "author" && comment.author !== identity.recipient.kid) {
    throw new NotForYouError("Who wrote this comment keeps it to herself.");
  }
  if (comment.sealed === null) {
    return null;
  }
  const bound = binding(headerHash, comment.author, comment.comment, comment.number);
  return decodeSaid(await opened(comment.sealed, comment.readers, contentKey, bound, identity));
}

/**
 * Seal and sign the next version: the bytes of its file. Throws CommentError when it is too long.
 * @param {Draft} draft
 * @param {Bytes} contentKey
 * @param {Bytes} headerHash
 * @param {Identity} by
 * @returns {Promise<Bytes>}
 */
export async function writeComment({ said, readers, after }, contentKey, headerHash, by) {
  const { recipient } = by;
  const comment = after?.comment ?? toHex(crypto.getRandomValues(new Uint8Array(16)));
  const now = (after?.seen.number ?? 0) + 1;
  const bound = binding(headerHash, recipient.kid, comment, now);
  const body = JSON.stringify({
    by: toHex(concat(recipient.encryptionKey, recipient.signingKey)),
    comment,
    number: now,
    before: after?.seen.sha256 ?? null,
    header_sha256: toHex(headerHash),
    readers,
    sealed: said === null ? null : toBase64url(await sealed(encodeSaid(said), readers, contentKey, bound, by)),
    written_at: new Date().toISOString(),
  });
  return sign("comment", utf8(body), by.signingKey);
}

/**
 * @param {Bytes} padded
 * @param {"author"|"lesson"} readers
 * @param {Bytes} contentKey
 * @param {Bytes} bound
 * @param {Identity} by
 */
async function sealed(padded, readers, contentKey, bound, by) {
  if (readers === "author") {
    return sealTo(padded, by.recipient.encryptionKey, bound);
  }
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const key = await commentKey(contentKey, bound);
  return concat(iv, new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, padded)));
}

/**
 * @param {Bytes} bytes
 * @param {"author"|"lesson"} readers
 * @param {Bytes} contentKey
 * @param {Bytes} bound
 * @param {Identity} identity
 */
async function opened(bytes, readers, contentKey, bound, identity) {
  try {
    if (readers === "author") {
      return await openFrom(bytes, identity.encryptionKey, identity.recipient.encryptionKey, bound);
    }
    const algorithm = { name: "AES-GCM", iv: bytes.slice(0, NONCE_BYTES) };
    const key = await commentKey(contentKey, bound);
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, bytes.slice(NONCE_BYTES)));
  } catch (error) {
    if (error instanceof HpkeError || error instanceof DOMException) {
      throw new CommentError("A comment does not open with this lesson’s key.", { cause: error });
    }
    throw error;
  }
}

/**
 * Padded bytes: what is sealed says by its length no more than which of six sizes it has.
 * @param {Said} said
 */
function encodeSaid({ parent, tag, text: words, at_s, end_s }) {
  const told = utf8(JSON.stringify({ parent, tag, text: words, at_s, end_s }));
  const length = PADDED_BYTES.find((each) => each >= told.length + 2);
  if (length === undefined) {
    throw new CommentError("This comment is too long. Say it in two.");
  }
  const padded = new Uint8Array(length);
  padded.set(concat(bigEndian(told.length, 2), told));
  return padded;
}

/**
 * @param {Bytes} padded
 * @returns {Said}
 */
function decodeSaid(padded) {
  const length = (padded[0] << 8) | padded[1];
  const [told, rest] = [padded.slice(2, 2 + length), padded.slice(2 + length)];
  try {
    const said = readSaid(loads(told), "said");
    if (said.at_s < 0 || (said.end_s !== null && said.end_s < said.at_s)) {
      throw new WireError("A comment is about a moment of the lesson, or about one and a later one.");
    }
    if (!said.text.trim()) {
      throw new WireError("A comment without words says nothing.");
    }
    if (told.length !== length || rest.some((byte) => byte !== 0)) {
      throw new WireError("It is not padded as agreed.");
    }
    return said;
  } catch (error) {
    if (error instanceof WireError) {
      throw new CommentError(`What a comment says cannot be read. ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/** @param {ReturnType<typeof readComment>} comment */
function expectForm({ number: now, before, readers, sealed: bytes }) {
  if (now < 1 || now > MAX_NUMBER || (now === 1) !== (before === null)) {
    throw new WireError("Versions are numbered from 1, and each but the first names the one before.");
  }
  if (now === 1 && bytes === null) {
    throw new WireError("What was never written cannot be deleted.");
  }
  const surplus = (readers === "author" ? KEY_BYTES : NONCE_BYTES) + TAG_BYTES;
  if (bytes !== null && !PADDED_BYTES.includes(bytes.length - surplus)) {
    throw new WireError("A comment is padded to one of the agreed lengths.");
  }
}

/**
 * @param {Bytes} contentKey
 * @param {Bytes} info
 */
async function commentKey(contentKey, info) {
  const imported = await crypto.subtle.importKey("raw", contentKey, "HKDF", false, ["deriveKey"]);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return crypto.subtle.deriveKey(algorithm, imported, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/**
 * What its key is bound to: this lesson, its author, this comment, and which version.
 * @param {Bytes} headerHash
 * @param {string} kid
 * @param {string} comment
 * @param {number} version
 */
function binding(headerHash, kid, comment, version) {
  return concat(utf8("waitwise.v1/comment\0"), headerHash, fromHex(kid), fromHex(comment), bigEndian(version, 4));
}
