/**
 * Which segments a lesson has, in the order they were sealed (lesson/footage/chain.py).
 *
 *     c_-1 = H
 *     c_i  = SHA-256("waitwise.v1/chain" 00 | c_i-1 | track u8 | index u32 | final u8 | length u64 | SHA-256(segment))
 */

import { bigEndian, concat, fromHex, sha256, toHex, utf8 } from "./bytes.js";
import { LinkError, TornLinkError } from "./errors.js";
import { WireError, flag, hex, integer, loads, number, oneOf, record } from "./json.js";
import { MAX_INDEX, fileName } from "./segments.js";
import { BadSignatureError, verify } from "./signed.js";

/** @import { Bytes } from "./bytes.js" */

const NEWLINE = 10;
// An hour has 2,200 signatures, and each waits for another thread: many at once, but not so many that a segment that is
// to be shown would wait behind them all.
const AT_ONCE = 64;

const readLink = record({
  track: oneOf(0, 1, 2, 3),
  index: integer,
  final: flag,
  length: integer,
  sha256: hex(32),
  chain: hex(32),
  duration_s: number,
});

/** @typedef {ReturnType<typeof readLink>} Link */

/** Fed one link after the other, says whether they hold together. */
export class Chain {
  /** @param {Bytes} headerHash */
  constructor(headerHash) {
    /** c of the last link fed; H before the first. */
    this.head = headerHash;
    /** How many segments each track has, by its number. @type {Map<string, number>} */
    this.counts = new Map();
    /** @type {Set<number>} */
    this.ended = new Set();
  }

  /**
   * Take the next link, or throw LinkError.
   * @param {Link} link
   */
  async feed(link) {
    const name = fileName(link.track, link.index);
    if (this.ended.has(link.track)) {
      throw new LinkError(`Nothing may follow the final segment of track ${link.track}.`);
    }
    if (link.index !== (this.counts.get(String(link.track)) ?? 0)) {
      throw new LinkError(`${name} is out of order.`);
    }
    const head = await sha256(
      concat(
        utf8("waitwise.v1/chain\0"),
        this.head,
        bigEndian(link.track, 1),
        bigEndian(link.index, 4),
        bigEndian(link.final ? 1 : 0, 1),
        bigEndian(link.length, 8),
        fromHex(link.sha256),
      ),
    );
    if (toHex(head) !== link.chain) {
      throw new LinkError(`${name} does not follow what stands before it.`);
    }
    this.head = head;
    this.counts.set(String(link.track), link.index + 1);
    if (link.final) {
      this.ended.add(link.track);
    }
  }
}

/**
 * Verify one line without its newline, then read it. Throws LinkError.
 * @param {Bytes} line
 * @param {CryptoKey} signer
 * @returns {Promise<Link>}
 */
export async function decodeLink(line, signer) {
  try {
    const link = readLink(loads(await verify("link", line, signer)), "link");
    if (link.index < 0 || link.index > MAX_INDEX || link.length < 0 || link.duration_s < 0) {
      throw new WireError("A length is not negative.");
    }
    return link;
  } catch (error) {
    if (error instanceof BadSignatureError) {
      throw new LinkError(`A line of the list of segments was altered. ${error.message}`, { cause: error });
    }
    if (error instanceof WireError) {
      throw new LinkError(`A line of the list of segments cannot be read. ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/**
 * All links of links.jsonl, verified one by one, and the chain they make. Throws LinkError.
 * @param {Bytes} headerHash
 * @param {Bytes} links
 * @param {CryptoKey} signer
 */
export async function readLinks(headerHash, links, signer) {
  const chain = new Chain(headerHash);
  /** @type {Link[]} */
  const read = [];
  const lines = wholeLines(links);
  for (let from = 0; from < lines.length; from += AT_ONCE) {
    for (const link of await Promise.all(lines.slice(from, from + AT_ONCE).map((line) => decodeLink(line, signer)))) {
      await chain.feed(link);
      read.push(link);
    }
  }
  return { links: read, chain };
}

/** @param {Bytes} links */
function wholeLines(links) {
  /** @type {Bytes[]} */
  const lines = [];
  let start = 0;
  for (let end = links.indexOf(NEWLINE); end !== -1; end = links.indexOf(NEWLINE, start)) {
    lines.push(links.slice(start, end));
    start = end + 1;
  }
  if (start !== links.length) {
    throw new TornLinkError("The last line of the list of segments was cut off.");
  }
  return lines;
}
