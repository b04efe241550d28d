/**
 * The lesson's log, as the school keeps it (school/lesson_log.py): checked here, and against what was seen before.
 *
 *     1 shared with R. Amin    2 opened by R. Amin    ...
 *     h1 = H(h0 | 1)           h2 = H(h1 | 2)         this browser remembers the last one it has seen
 */

import { sha256, toHex, utf8 } from "../footage/bytes.js";

/** @typedef {{number: number, at: string, deed: "claimed"|"shared"|"opened"|"commented"|"withdrawn"|"binned"|"restored"|"held"|"released", who: string, kid: string, clip?: string|null, why?: string, before: string, hash: string}} Entry `clip`: which seconds alone */

const START = "waitwise.v1/log\0";

/**
 * What is wrong with the log, in a sentence; null when nothing is. What was seen is remembered.
 * @param {string} lesson
 * @param {Entry[]} log the oldest first
 * @param {Pick<Storage, "getItem"|"setItem">} memory
 * @returns {Promise<string|null>}
 */
export async function checkLog(lesson, log, memory) {
  let before = await hashOf(lesson);
  for (const [place, { hash, ...told }] of log.entries()) {
    const { number, at, deed, who, kid, clip, why } = told;
    const isNext = number === place + 1 && told.before === before;
    before = await hashOf(JSON.stringify({ number, at, deed, who, kid, ...(clip ? { clip } : {}), why, before }));
    if (!isNext || hash !== before) return "The record of who opened this lesson does not hold together: somebody has changed it. Tell the technician.";
  }
  const key = `waitwise.log.${lesson}`;
  const seen = JSON.parse(memory.getItem(key) ?? "null");
  if (seen && log[seen.number - 1]?.hash !== seen.hash) return "The record of who opened this lesson is another one than you have seen before: something was taken out of it. Tell the technician.";
  const last = log.at(-1);
  if (last) memory.setItem(key, JSON.stringify({ number: last.number, hash: last.hash }));
  return null;
}

/** @param {string} text */
async function hashOf(text) {
  return toHex(await sha256(utf8(START + text)));
}
