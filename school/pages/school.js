/**
 * Asks the school, in its own words (JSON over this page's origin), and turns what goes wrong into a sentence.
 */

const UNREACHABLE = "The school cannot be reached. Check the network and try again.";

/** The school said no, or nothing. */
export class SchoolError extends Error {
  /**
   * @param {string} sentence
   * @param {number} status 0 when there was no answer
   */
  constructor(sentence, status) {
    super(sentence);
    this.name = "SchoolError";
    this.status = status;
  }

  /** No answer, or a school that is busy: the same question may be answered a little later. */
  get isPassing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/**
 * What went wrong, as the page says it: with its remedy, where it has one.
 * @param {unknown} error
 */
export function sentenceOf(error) {
  if (!(error instanceof Error)) return String(error);
  const remedy = /** @type {{remedy?: string}} */ (error).remedy;
  return remedy ? `${error.message} ${remedy}` : error.message;
}

/**
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<any>}
 */
export async function askJson(path, options = {}) {
  const answer = await ask(path, { ...options, headers: { Accept: "application/json", ...options.headers } });
  return answer.json();
}

/**
 * @param {string} path
 * @param {unknown} body
 * @returns {Promise<any>}
 */
export async function tellJson(path, body) {
  const answer = await ask(path, { method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" }, body: JSON.stringify(body) });
  return answer.status === 204 ? null : answer.json();
}

/**
 * @param {string} path
 * @param {AbortSignal} [signal]
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function askBytes(path, signal) {
  const answer = await ask(path, { signal });
  try {
    return new Uint8Array(await answer.arrayBuffer());
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new SchoolError(UNREACHABLE, 0); // it broke off in the middle
  }
}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new SchoolError(UNREACHABLE, 0);
  }
  if (answer.ok) return answer;
  throw new SchoolError(await reason(answer), answer.status);
}

/** @param {Response} answer */
async function reason(answer) {
  if (answer.status === 401) return "You are signed out. Sign in again.";
  try {
    const problem = await answer.json();
    return problem.detail || problem.title || `The school answered ${answer.status}.`;
  } catch {
    return `The school answered ${answer.status}.`;
  }
}
