/**
 * Comments put in order: threads by the moment they are about, and in each the answers as they were written.
 *
 *     5:25  R. Amin   strength   Lovely pause here          <- begins a thread
 *             You     note       I did not notice           <- answers it
 *     8:30  You       question   Name before the pause?
 *
 * An answer stands below what began its thread, however deep it was meant. Whoever answers something that is not here,
 * or that its author keeps to herself, begins a thread. What was deleted stays as a place as long as it has answers.
 */

/** @typedef {import("../footage/comment.js").Comment} Comment */
/** @typedef {import("../footage/comment.js").Said} Said */
/** @typedef {{comment: Comment, said: Said|null, name: string}} Opened a comment with what it says; null: deleted */
/** @typedef {{at: number, first: Opened, answers: Opened[]}} Thread */
/** @typedef {{tag: string, author: string}} Filter empty: all */

/** @type {Record<Said["tag"], string>} */
export const TAG_WORDS = {
  note: "note",
  question: "question",
  wait_time: "wait time",
  strength: "strength",
  to_discuss: "to discuss",
  action_step: "action step",
};

/**
 * @param {Opened[]} all
 * @returns {Thread[]}
 */
export function threadsOf(all) {
  const byName = new Map(all.map((each) => [each.comment.comment, each]));
  /** @type {Map<string, Opened[]>} */
  const answers = new Map();
  for (const each of all) {
    const first = firstOf(each, byName);
    if (first !== each) answers.set(first.comment.comment, [...(answers.get(first.comment.comment) ?? []), each]);
  }
  const firsts = all.filter((each) => firstOf(each, byName) === each);
  return firsts
    .map((first) => {
      const below = (answers.get(first.comment.comment) ?? []).filter(({ said }) => said !== null).sort((a, b) => whenOf(a) - whenOf(b));
      return { at: first.said?.at_s ?? below[0]?.said?.at_s ?? 0, first, answers: below };
    })
    .filter(({ first, answers: below }) => first.said !== null || below.length > 0)
    .sort((a, b) => a.at - b.at || whenOf(a.first) - whenOf(b.first));
}

/**
 * Threads in which somebody says something of that kind.
 * @param {Thread[]} threads
 * @param {Filter} filter
 */
export function filtered(threads, { tag, author }) {
  const fits = (/** @type {Opened} */ { comment, said }) => said !== null && (!tag || said.tag === tag) && (!author || comment.author === author);
  return threads.filter(({ first, answers }) => [first, ...answers].some(fits));
}

/**
 * What began the thread that it stands in; itself, if nothing here did.
 * @param {Opened} each
 * @param {Map<string, Opened>} byName
 */
function firstOf(each, byName) {
  const passed = new Set();
  let first = each;
  for (;;) {
    passed.add(first);
    const parent = byName.get(first.said?.parent ?? "");
    // Comments that answer one another in a ring can only be made on purpose: each begins a thread of its own.
    if (parent && passed.has(parent)) return each;
    if (!parent) return first;
    first = parent;
  }
}

/** @param {Opened} each */
function whenOf(each) {
  return each.comment.written_at.getTime();
}
