/**
 * A lesson as the school sent it, verified, ready to be played.
 *
 *     school's answer --verify everything--> OpenedLesson --segment, log, evidence--> plaintext, here only
 *
 * Verified first: the unit's key as the school knows it, every link and the chain they make, the manifest, the reader's
 * stanza. What does not hold is said in a sentence, and the rest is still opened when it can stand without it:
 *
 *     manifest damaged        the links still prove every segment; only the end is not certain
 *     a link damaged          everything before it still holds
 *     somebody else's stanza  the reader's own is enough
 *     header, unit's key or the reader's own stanza     nothing can be trusted: the lesson stays closed
 */

import { concat, fromBase64url, utf8 } from "../footage/bytes.js";
import { Chain, decodeLink } from "../footage/chain.js";
import { HeaderError, LinkError, ManifestError, StanzaError } from "../footage/errors.js";
import { headerHash } from "../footage/header.js";
import { OpenLesson } from "../footage/opening.js";
import { Track, fileName } from "../footage/segments.js";
import { importSigner } from "../footage/signed.js";
import { decodeStanza } from "../footage/stanza.js";
import { clock } from "./clock.js";
import { fromSchool } from "./source.js";

/** @import { Bytes } from "../footage/bytes.js" */
/** @import { OpenClip } from "../footage/clip.js" */
/** @import { Identity } from "../footage/identity.js" */
/** @import { Recipient } from "../footage/recipients.js" */
/** @import { Range, Segment } from "../player/window.js" */
/** @import { Segments } from "./source.js" */

/**
 * @typedef {object} Answer what GET /api/lessons/<lesson> says; bytes as base64url
 * @property {string} lesson
 * @property {string} unit_key
 * @property {string} header
 * @property {string[]} stanzas
 * @property {string[]} grants
 * @property {string[]} clips those of somebody who has not the whole
 * @property {string[]} links
 * @property {string|null} manifest
 */
/**
 * @typedef {object} OpenedLesson
 * @property {boolean} isComplete the unit has said its last word
 * @property {boolean} isHers the reader's own lesson, which she may share
 * @property {(to: Recipient, by: Identity, until: Date|null, note: string) => Promise<Bytes>} handOn a grant, signed by her
 * @property {(segments: Segment[], to: Recipient, by: Identity, until: Date|null, told: {note: string, numbers: string}) => Promise<Bytes>} handOnClip
 * @property {string} note what goes with a lesson that was shared with her
 * @property {SeenClip[]|null} clips all that was shared with her; null when she may see everything
 * @property {number} duration seconds of the lesson, whatever she may see of it
 * @property {OpenLesson["openComment"]} openComment what a comment says
 * @property {OpenLesson["writeComment"]} writeComment its next version, sealed and signed by her
 * @property {string[]} recipients roles of everybody the lesson is sealed to
 * @property {string|null} mime as MediaSource takes it; null when there is neither picture nor sound
 * @property {{segments: Segment[], duration: number, isWhole: boolean, segment: (index: number, signal: AbortSignal) => Promise<Bytes>}} footage
 * @property {number[]} logIndexes
 * @property {(index: number) => Promise<Bytes>} log
 * @property {number[]} stillIndexes pictures that prove the mask
 * @property {(index: number) => Promise<Bytes>} still
 * @property {(index: number, ciphertext: Bytes) => Promise<Bytes>} evidence
 */
/** @typedef {{note: string, numbers: string, range: Range}} SeenClip */
/** @typedef {{header: Bytes, stanzas: Bytes[], grants: Bytes[], clips: Bytes[], links: Bytes[], manifest: Bytes|null, unitKey: Bytes}} Parts */

const NEWLINE = utf8("\n");
const BEGINNING = 16; // links: about half a minute
const ENDS = {
  stopped: null,
  interrupted: "The unit lost its power during this lesson. Everything up to then is here.",
  disk_full: "The unit had no room left during this lesson. Everything up to then is here.",
};

/**
 * Verify and open. Throws a FootageError with a sentence when nothing can be opened.
 * @param {string} id the lesson that was asked for
 * @param {Answer} answer
 * @param {Identity} identity
 * @param {(sentence: string) => void} say told what is damaged, when the rest can be opened
 * @param {Segments} [sealed] gives the segments; the school, if nothing else is said
 * @returns {Promise<OpenedLesson>}
 */
export async function openLesson(id, answer, identity, say, sealed = fromSchool(id).segment) {
  /** @type {Parts} */
  const parts = {
    header: fromBase64url(answer.header),
    stanzas: answer.stanzas.map(fromBase64url),
    grants: answer.grants.map(fromBase64url),
    clips: answer.clips.map(fromBase64url),
    links: answer.links.map((line) => withoutNewline(fromBase64url(line))),
    manifest: answer.manifest === null ? null : fromBase64url(answer.manifest),
    unitKey: fromBase64url(answer.unit_key),
  };
  const opened = await openWhatHolds(parts, identity, say);
  if (opened.header.lesson !== id) {
    throw new HeaderError("The school has sent another lesson than the one that was asked for.");
  }
  const end = opened.manifest ? ENDS[opened.manifest.end] : null;
  if (end) say(end);
  const track = opened.links.some((link) => link.track === Track.AV) ? Track.AV : Track.AUDIO;
  const all = placed(opened.links.filter((link) => link.track === track && link.index > 0));
  const may = new Set(opened.segments);
  const isOpenToHer = (/** @type {number} */ of, /** @type {number} */ index) => may.has(fileName(of, index));
  const indexesOf = (/** @type {number} */ of) => opened.links.filter((link) => link.track === of && isOpenToHer(of, link.index)).map((link) => link.index);
  const segments = all.filter(({ index }) => isOpenToHer(track, index));
  const duration = all.at(-1)?.end ?? 0;
  const fetched = async (/** @type {number} */ of, /** @type {number} */ index, /** @type {AbortSignal|undefined} */ signal) =>
    opened.openSegment(fileName(of, index), await sealed(of, index, signal));
  return {
    isComplete: parts.manifest !== null,
    isHers: opened.isOf(identity.recipient.kid),
    handOn: (to, by, until, note) => opened.handOn(to, by, until, note),
    // The first of the track as well: without it the others cannot be played.
    handOnClip: (cut, to, by, until, told) => opened.handOnClip([0, ...cut.map(({ index }) => index)].map((index) => fileName(track, index)), to, by, until, told),
    note: opened.note,
    clips: opened.clips.length ? opened.clips.map((each) => seen(each, all, track)) : null,
    duration,
    openComment: (comment, who) => opened.openComment(comment, who),
    writeComment: (draft, by) => opened.writeComment(draft, by),
    recipients: opened.header.recipients.map((recipient) => recipient.role),
    mime: mimeOf(opened.header.media, track),
    footage: { segments, duration: segments.at(-1)?.end ?? 0, isWhole: parts.manifest !== null, segment: (index, signal) => fetched(track, index, signal) },
    logIndexes: indexesOf(Track.LOG),
    log: (index) => fetched(Track.LOG, index, undefined),
    stillIndexes: indexesOf(Track.STILLS),
    still: (index) => fetched(Track.STILLS, index, undefined),
    evidence: (index, ciphertext) => opened.openEvidence(index, ciphertext),
  };
}

/**
 * The first links alone, as a lesson that goes on: enough for its first picture, long before an hour's links are verified.
 * @param {Answer} answer
 * @returns {Answer|null} null when the lesson is short, or when she has clips of it, which may lie anywhere
 */
export function beginningOf(answer) {
  if (answer.clips.length || answer.links.length < 2 * BEGINNING) return null;
  return { ...answer, links: answer.links.slice(0, BEGINNING), manifest: null };
}

/**
 * Open with everything; where that fails, say so and open without the part that does not hold.
 * @param {Parts} parts
 * @param {Identity} identity
 * @param {(sentence: string) => void} say
 * @returns {Promise<OpenLesson>}
 */
async function openWhatHolds(parts, identity, say) {
  try {
    const links = concat(...parts.links.flatMap((line) => [line, NEWLINE]));
    return await OpenLesson.open({ ...parts, links, identity });
  } catch (error) {
    if (error instanceof ManifestError && parts.manifest !== null) {
      say(`The end of this lesson is not certain: ${error.message} What is here is checked piece by piece and can be watched.`);
      return openWhatHolds({ ...parts, manifest: null }, identity, say);
    }
    if (error instanceof LinkError) {
      const { lines, duration } = await wholeBeginning(parts);
      if (lines.length === parts.links.length) throw error;
      say(`This lesson is damaged after ${clock(duration)}: ${error.message} Everything before that can be watched.`);
      return openWhatHolds({ ...parts, links: lines, manifest: null }, identity, say);
    }
    if (error instanceof StanzaError && parts.stanzas.length > 1) {
      say(`Somebody else’s key to this lesson is damaged: ${error.message} Yours is not.`);
      return openWhatHolds({ ...parts, stanzas: await ownStanza(parts, identity) }, identity, say);
    }
    throw error;
  }
}

/**
 * The lines that hold together, from the first on.
 * @param {Parts} parts
 */
async function wholeBeginning(parts) {
  const signer = await importSigner(parts.unitKey);
  const chain = new Chain(await headerHash(parts.header));
  /** @type {Bytes[]} */
  const lines = [];
  let duration = 0;
  try {
    for (const line of parts.links) {
      const link = await decodeLink(line, signer);
      await chain.feed(link);
      lines.push(line);
      if (link.track === Track.AV) duration += link.duration_s;
    }
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
  }
  return { lines, duration };
}

/**
 * The reader's own stanza, alone.
 * @param {Parts} parts
 * @param {Identity} identity
 */
async function ownStanza(parts, identity) {
  const signer = await importSigner(parts.unitKey);
  const own = [];
  for (const stanza of parts.stanzas) {
    try {
      if ((await decodeStanza(stanza, signer)).kid === identity.recipient.kid) own.push(stanza);
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
    }
  }
  return own.slice(0, 1);
}

/**
 * Each segment where it plays: one after the other, from second 0.
 * @param {{index: number, duration_s: number}[]} links
 * @returns {Segment[]}
 */
export function placed(links) {
  let at = 0;
  return links.map(({ index, duration_s }) => {
    const start = at;
    at += duration_s;
    return { index, start, end: at };
  });
}

/**
 * A clip where it lies in the lesson.
 * @param {OpenClip} open
 * @param {Segment[]} all
 * @param {number} track
 * @returns {SeenClip}
 */
function seen({ note, numbers, keys }, all, track) {
  const inside = all.filter(({ index }) => keys.has(fileName(track, index)));
  return { note, numbers, range: [inside[0]?.start ?? 0, inside.at(-1)?.end ?? 0] };
}

/**
 * What MediaSource must know before the first byte.
 * @param {{video: {codec: string}|null, audio: {codec: string}|null}} media
 * @param {number} track
 * @returns {string|null}
 */
export function mimeOf(media, track) {
  const picture = track === Track.AV ? media.video : null;
  const codecs = [picture?.codec, media.audio?.codec].filter(Boolean);
  return codecs.length ? `${picture ? "video" : "audio"}/mp4; codecs="${codecs.join(", ")}"` : null;
}

/**
 * @param {Bytes} line
 * @returns {Bytes}
 */
function withoutNewline(line) {
  return line.at(-1) === 10 ? line.slice(0, -1) : line;
}
