/**
 * The reader's side: opens a lesson in the browser, and only there (lesson/footage/opening.py).
 *
 *     signatures  ->  header  ->  chain  ->  manifest  ->  her stanza, or grant  ->  a segment
 *     before anything is parsed                            content key               hash, place, then AEAD
 *                                                          else her clips
 *                                                          keys of some segments
 *
 * A segment is opened whole or not at all. Without a pinned `unitKey` the header says which unit recorded this; a
 * lesson forged from the first byte to the last would then pass for one of that unit's.
 */

import { fromHex, sha256, toHex } from "./bytes.js";
import { readLinks } from "./chain.js";
import { ChunkedError, openChunked } from "./chunked.js";
import { openComment, writeComment } from "./comment.js";
import {
  GrantError,
  HeaderError,
  ManifestError,
  NotForYouError,
  SegmentDamagedError,
  SegmentMisplacedError,
  SegmentMissingError,
  StanzaError,
} from "./errors.js";
import { checkClips, giveClip, openClip } from "./clip.js";
import { checkGrants, give, openGrant } from "./grant.js";
import { decodeHeader, headerHash, kidsOf } from "./header.js";
import { decodeManifest } from "./manifest.js";
import { MAX_INDEX, Track, fileName, fromFileName, segmentKey } from "./segments.js";
import { BadSignatureError, importSigner } from "./signed.js";
import { decodeStanza, unwrap } from "./stanza.js";

/** @import { Bytes } from "./bytes.js" */
/** @import { Chain, Link } from "./chain.js" */
/** @import { Clip, OpenClip } from "./clip.js" */
/** @import { Comment, Draft } from "./comment.js" */
/** @import { Grant } from "./grant.js" */
/** @import { Header } from "./header.js" */
/** @import { Identity } from "./identity.js" */
/** @import { Manifest } from "./manifest.js" */
/** @import { Recipient } from "./recipients.js" */
/** @import { Stanza } from "./stanza.js" */

/**
 * @typedef {object} Sealed
 * @property {Bytes} header bytes of header.json
 * @property {Bytes[]} stanzas bytes of the files under stanzas/
 * @property {Bytes} links bytes of links.jsonl
 * @property {Bytes | null} manifest bytes of manifest.json, null while there is none
 * @property {Identity} identity the reader's
 * @property {Bytes[]} [grants] bytes of the files under grants/ that its reader needs
 * @property {Bytes[]} [clips] bytes of the files under clips/, the same
 * @property {Date} [at] a grant whose time was over by then counts no more; now, if nothing else is said
 * @property {Bytes | null} [unitKey] the unit's public key, when the reader has pinned it
 */

/** @typedef {{contentKey: Bytes|null, note: string, clips: OpenClip[]}} Hers the key to everything, or else some clips */

/** A lesson whose content key this reader has, or the keys of some clips. Everything but the segments is verified already. */
export class OpenLesson {
  /** @type {Bytes|null} */
  #contentKey;
  /** @type {Map<string, Bytes>} */
  #clipKeys;
  /** @type {Bytes} */
  #hash;
  /** @type {Map<string, Link>} */
  #byName;
  /** @type {Map<string, string>} */
  #nameBySha256;

  /**
   * Use `OpenLesson.open`.
   * @param {Header} header
   * @param {Manifest | null} manifest
   * @param {Link[]} links
   * @param {Bytes} hash
   * @param {Hers} hers
   * @param {Grant[]} grants
   */
  constructor(header, manifest, links, hash, hers, grants) {
    this.header = header;
    /** What the giver wrote to the whole lesson. */
    this.note = hers.note;
    /** All that she may see of it. None at all: she may see everything. */
    this.clips = hers.clips;
    this.grants = grants;
    this.manifest = manifest;
    this.links = links;
    this.#hash = hash;
    this.#contentKey = hers.contentKey;
    this.#clipKeys = new Map(hers.clips.flatMap(({ keys }) => [...keys]));
    this.#byName = new Map(links.map((link) => [fileName(link.track, link.index), link]));
    this.#nameBySha256 = new Map(links.map((link) => [link.sha256, fileName(link.track, link.index)]));
  }

  /**
   * Verify and unwrap. Throws HeaderError, LinkError, ManifestError, StanzaError, GrantError or NotForYouError.
   * @param {Sealed} sealed
   */
  static async open({ header: headerBytes, stanzas, links: linksBytes, manifest: manifestBytes, identity, unitKey, grants = [], clips = [], at = new Date() }) {
    const expected = unitKey ?? fromHex(decodeHeader(headerBytes).unit_key);
    const signer = await signerOf(expected);
    const hash = await headerHash(headerBytes);
    const manifest = manifestBytes === null ? null : await decodeManifest(manifestBytes, signer);
    if (manifest !== null && manifest.header_sha256 !== toHex(hash)) {
      throw new HeaderError("This header is not the one the lesson was sealed with.");
    }
    const { links, chain } = await readLinks(hash, linksBytes, signer);
    const wrapped = await Promise.all(stanzas.map((stanza) => decodeStanza(stanza, signer)));
    const header = decodeHeader(headerBytes);
    if (header.unit_key !== toHex(expected)) {
      throw new HeaderError("Another unit than the one expected recorded this lesson.");
    }
    if (manifest !== null) {
      expectWhole(header, manifest, chain);
    }
    const given = await checkGrants(header, hash, grants);
    const cut = await checkClips(header, hash, given, clips);
    const contentKey = await ownKey(header, hash, wrapped, identity);
    const hers = contentKey === null ? await givenTo(identity, given, cut, at) : { contentKey, note: "", clips: [] };
    return new OpenLesson(header, manifest, links, hash, hers, given);
  }

  /** The manifest is there: nothing can be missing from the end of the links. */
  get isComplete() {
    return this.manifest !== null;
  }

  /**
   * Whether it is her lesson: the header says so, or she has claimed it. Only whose it is may hand it on.
   * @param {string} kid
   */
  isOf(kid) {
    const claims = kidsOf(this.header, "claim");
    return kidsOf(this.header, "teacher").includes(kid) || this.grants.some(({ giver, to }) => to === kid && claims.includes(giver));
  }

  /** File names of all segments that she may open, in the order of sealing. */
  get segments() {
    return [...this.#byName.keys()].filter((name) => this.#contentKey !== null || this.#clipKeys.has(name));
  }

  /**
   * Which of the segments that she may open are not among those present, in the order of sealing.
   * @param {Iterable<string>} present
   */
  missing(present) {
    const there = new Set(present);
    return this.segments.filter((name) => !there.has(name));
  }

  /**
   * Throw SegmentMissingError unless every segment that she may open is present.
   * @param {Iterable<string>} present
   */
  expectAll(present) {
    const missing = this.missing(present);
    if (missing.length > 0) {
      throw new SegmentMissingError(
        `${missing.length} of ${this.segments.length} segments are missing, the first is ${missing[0]}.`,
      );
    }
  }

  /**
   * The plaintext of one segment: all of it. Throws SegmentMisplacedError, SegmentDamagedError, or NotForYouError.
   * @param {string} name its file name
   * @param {Bytes} ciphertext
   */
  async openSegment(name, ciphertext) {
    const { track, index } = fromFileName(name);
    const link = this.#byName.get(name);
    if (link === undefined) {
      throw new SegmentMisplacedError(`Nobody sealed a ${name} in this lesson.`);
    }
    const hash = toHex(await sha256(ciphertext));
    if (hash !== link.sha256 || ciphertext.length !== link.length) {
      const elsewhere = this.#nameBySha256.get(hash);
      throw elsewhere === undefined
        ? new SegmentDamagedError(`${name} was altered, cut short, or belongs to another lesson.`)
        : new SegmentMisplacedError(`What stands as ${name} was sealed as ${elsewhere}.`);
    }
    return this.#decrypt(track, index, link.final, ciphertext);
  }

  /**
   * The plaintext of one piece of evidence. Throws SegmentDamagedError.
   * @param {number} index
   * @param {Bytes} ciphertext
   */
  async openEvidence(index, ciphertext) {
    if (!Number.isInteger(index) || index < 0 || index > MAX_INDEX) {
      throw new SegmentDamagedError(`There is no evidence of number ${index}.`);
    }
    return this.#decrypt(Track.EVIDENCE, index, false, ciphertext);
  }

  /**
   * Hand this lesson on: the bytes of a grant, signed by whose it is. Throws GrantError.
   * @param {Recipient} to
   * @param {Identity} by
   * @param {Date|null} until
   * @param {string} [note] what goes with it, for her alone
   */
  async handOn(to, by, until, note = "") {
    if (this.#contentKey === null) throw new GrantError("Only a whole lesson can be handed on.");
    return give(this.#contentKey, this.#hash, to, by, until, note);
  }

  /**
   * Hand some of its segments on, and no others: the bytes of a clip, signed by whose lesson it is. Throws GrantError.
   * @param {string[]} names
   * @param {Recipient} to
   * @param {Identity} by
   * @param {Date|null} until
   * @param {{note: string, numbers: string}} told
   */
  async handOnClip(names, to, by, until, told) {
    /** @type {Map<string, Bytes>} */
    const keys = new Map();
    for (const name of names) {
      const link = this.#byName.get(name);
      if (link === undefined) throw new SegmentMisplacedError(`Nobody sealed a ${name} in this lesson.`);
      keys.set(name, await this.#key(name, link.track, link.index, link.final));
    }
    return giveClip(keys, this.#hash, to, by, until, told);
  }

  /**
   * @param {string} name
   * @param {number} track
   * @param {number} index
   * @param {boolean} final
   */
  async #key(name, track, index, final) {
    if (this.#contentKey !== null) return segmentKey(this.#contentKey, this.#hash, track, index, final);
    const key = this.#clipKeys.get(name);
    if (key === undefined) throw new NotForYouError(`${name} is not in the clip that was shared with you.`);
    return key;
  }

  /**
   * What a comment says; null when its author has deleted it. Throws CommentError or NotForYouError.
   * @param {Comment} comment
   * @param {Identity} identity
   */
  openComment(comment, identity) {
    return openComment(comment, this.#keyOfComments(), this.#hash, identity);
  }

  /**
   * The next version of a comment, sealed, and signed by whose it is. Throws CommentError.
   * @param {Draft} draft
   * @param {Identity} by
   */
  writeComment(draft, by) {
    return writeComment(draft, this.#keyOfComments(), this.#hash, by);
  }

  #keyOfComments() {
    if (this.#contentKey === null) throw new NotForYouError("Comments are for who may open the whole lesson.");
    return this.#contentKey;
  }

  /**
   * @param {number} track
   * @param {number} index
   * @param {boolean} final
   * @param {Bytes} ciphertext
   */
  async #decrypt(track, index, final, ciphertext) {
    const key = await this.#key(fileName(track, index), track, index, final);
    try {
      return await openChunked(key, ciphertext);
    } catch (error) {
      if (error instanceof ChunkedError) {
        const sentence = `${fileName(track, index)} is not what was sealed, or belongs to another lesson.`;
        throw new SegmentDamagedError(sentence, { cause: error });
      }
      throw error;
    }
  }
}

/** @param {Bytes} unitKey */
async function signerOf(unitKey) {
  try {
    return await importSigner(unitKey);
  } catch (error) {
    if (error instanceof BadSignatureError) {
      throw new HeaderError("The unit's key is none.", { cause: error });
    }
    throw error;
  }
}

/**
 * @param {Header} header
 * @param {Manifest} manifest
 * @param {Chain} chain
 */
function expectWhole(header, manifest, chain) {
  if (manifest.lesson !== header.lesson) {
    throw new ManifestError("The manifest names another lesson than the header.");
  }
  const { segments } = manifest;
  if (segments.size !== chain.counts.size || [...segments].some(([track, count]) => chain.counts.get(track) !== count)) {
    throw new ManifestError("The manifest counts other segments than the links: some were cut off or added.");
  }
  if (manifest.chain !== toHex(chain.head)) {
    throw new ManifestError("The manifest was signed for other links than these.");
  }
}

/**
 * The content key from her own stanza; null if she has none.
 * @param {Header} header
 * @param {Bytes} hash
 * @param {Stanza[]} stanzas
 * @param {Identity} identity
 */
async function ownKey(header, hash, stanzas, identity) {
  const listed = new Set(header.recipients.map((recipient) => recipient.kid));
  const byKid = new Map(stanzas.map((stanza) => [stanza.kid, stanza]));
  if (byKid.size !== stanzas.length) {
    throw new StanzaError("Somebody has two wrapped keys for one lesson.");
  }
  for (const stanza of stanzas) {
    if (stanza.header_sha256 !== toHex(hash)) {
      throw new StanzaError("A wrapped key belongs to another lesson.");
    }
    if (!listed.has(stanza.kid)) {
      throw new StanzaError("A wrapped key is for somebody the lesson was not recorded for.");
    }
  }
  const own = byKid.get(identity.recipient.kid);
  return own === undefined ? null : unwrap(own.sealed, identity, hash);
}

/**
 * What was handed on to her: everything, or else some clips.
 * @param {Identity} identity
 * @param {Grant[]} grants
 * @param {Clip[]} clips
 * @param {Date} at
 * @returns {Promise<Hers>}
 */
async function givenTo(identity, grants, clips, at) {
  const isHers = (/** @type {Grant|Clip} */ { to }) => to === identity.recipient.kid;
  const isOn = (/** @type {Grant|Clip} */ { expires_at }) => expires_at === null || at < expires_at;
  const whole = grants.filter(isHers).find(isOn);
  if (whole !== undefined) return { ...(await openGrant(whole, identity)), clips: [] };
  const some = clips.filter(isHers).filter(isOn);
  if (some.length > 0) {
    return { contentKey: null, note: "", clips: await Promise.all(some.map((clip) => openClip(clip, identity))) };
  }
  const over = [...grants, ...clips].filter(isHers).at(-1)?.expires_at;
  if (over) {
    throw new GrantError(`You could open this lesson until ${over.toLocaleDateString(undefined, { dateStyle: "long" })}: that is over.`);
  }
  throw new NotForYouError("This lesson was not sealed to this person's keys, and nobody has handed it on to her.");
}
