/**
 * The recovery code: a second way to a teacher's keys, on paper (lesson/footage/recovery_code.py says how it is made).
 *
 *     4Q7XK-9HTMB-0ZC2D-WJ5RN-...       8 groups; the fifth letter of each checks its four and its place
 */

import { RecoveryCodeError } from "./errors.js";

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUPS = 8;
const GROUP = 5;
const FIELD = 0b100101; // x^5 + x^2 + 1

/** Generate a recovery code with the browser's random numbers, as it is printed. */
export function newCode() {
  const drawn = crypto.getRandomValues(new Uint8Array(GROUPS * (GROUP - 1)));
  const groups = Array.from({ length: GROUPS }, (_, at) => {
    // 256 is eight times 32: each letter comes as often as another.
    const numbers = Array.from(drawn.slice(at * (GROUP - 1), (at + 1) * (GROUP - 1)), (byte) => byte % LETTERS.length);
    return written(at + 1, numbers);
  });
  drawn.fill(0);
  return groups.join("-");
}

/**
 * A code as it is printed, however somebody typed it. Throws RecoveryCodeError, which names what is mistyped.
 * @param {string} text
 */
export function readCode(text) {
  let groups = text.split(/[^0-9A-Za-z]+/).filter((each) => each);
  if (groups.length !== GROUPS) {
    const run = groups.join("");
    if (run.length !== GROUPS * GROUP) {
      throw new RecoveryCodeError(
        `A recovery code has ${GROUPS} groups of ${GROUP} letters and digits, ${GROUPS * GROUP} in all; these are ${run.length}.`,
      );
    }
    groups = run.match(/.{5}/g) ?? [];
  }
  const read = groups.map((each) => each.toUpperCase().replace(/[IL]/g, "1").replaceAll("O", "0").replaceAll("U", "V"));
  const wrong = read.flatMap((group, at) => (holds(at + 1, group) ? [] : [at + 1]));
  if (wrong.length > 0) {
    throw new RecoveryCodeError(`There is a typing error in ${places(wrong)}.`);
  }
  return read.join("-");
}

/**
 * @param {number} place 1 to 8
 * @param {number[]} numbers four, each below 32
 */
function written(place, numbers) {
  return [...numbers, check(place, numbers)].map((number) => LETTERS[number]).join("");
}

/**
 * @param {number} place
 * @param {string} group letters of the 32 only
 */
function holds(place, group) {
  const numbers = Array.from(group.slice(0, -1), (letter) => LETTERS.indexOf(letter));
  return group.length === GROUP && group === written(place, numbers);
}

/**
 * @param {number} place
 * @param {number[]} numbers
 */
function check(place, numbers) {
  const total = numbers.reduceRight((sum, number) => {
    const doubled = (sum ^ number) << 1;
    return doubled >= LETTERS.length ? doubled ^ FIELD : doubled;
  }, 0);
  return total ^ place;
}

/** @param {number[]} wrong */
function places(wrong) {
  return wrong.length === 1 ? `group ${wrong[0]}` : `groups ${wrong.slice(0, -1).join(", ")} and ${wrong.at(-1)}`;
}
