/**
 * JSON, read strictly: what nobody agreed on is refused with its place (as lesson/wire.py does).
 *
 *     const point = record({ x: integer, name: text });
 *     point(loads('{"x":1,"name":"a"}'), "point")   // {x: 1, name: "a"}
 *     point(loads('{"x":1}'), "point")              // throws WireError: "point: name is missing."
 */

import { fromBase64url, fromUtf8 } from "./bytes.js";

/** @import { Bytes } from "./bytes.js" */

/** The JSON is not what was agreed. Callers throw their own error from it. */
export class WireError extends Error {
  name = "WireError";
}

/**
 * Turns a parsed value into one of type T, or throws WireError.
 * @template T
 * @typedef {(value: unknown, place: string) => T} Reader
 */

/**
 * Parse UTF-8 JSON, refusing a key that stands twice.
 * @param {Bytes} bytes
 * @returns {unknown}
 */
export function loads(bytes) {
  try {
    const text = fromUtf8(bytes);
    const value = JSON.parse(text);
    refuseKeyTwice(text);
    return value;
  } catch (error) {
    throw error instanceof WireError ? error : new WireError("This is not JSON.", { cause: error });
  }
}

/** @param {string} json known to be valid */
function refuseKeyTwice(json) {
  /** @type {(Set<string> | null)[]} */
  const open = [];
  for (let at = 0; at < json.length; at += 1) {
    const letter = json[at];
    if (letter === "{") {
      open.push(new Set());
    } else if (letter === "[") {
      open.push(null);
    } else if (letter === "}" || letter === "]") {
      open.pop();
    } else if (letter === '"') {
      const start = at;
      for (at += 1; json[at] !== '"'; at += 1) {
        at += json[at] === "\\" ? 1 : 0;
      }
      const keys = open.at(-1);
      if (keys && /^\s*:/.test(json.slice(at + 1, at + 64))) {
        const key = JSON.parse(json.slice(start, at + 1));
        if (keys.has(key)) {
          throw new WireError("A key stands twice.");
        }
        keys.add(key);
      }
    }
  }
}

/**
 * @param {unknown} holds
 * @param {string} sentence
 * @returns {asserts holds}
 */
function expect(holds, sentence) {
  if (!holds) {
    throw new WireError(sentence);
  }
}

/** @type {Reader<string>} */
export function text(value, place) {
  expect(typeof value === "string" && value.isWellFormed(), `${place}: text was expected.`);
  return value;
}

/** @type {Reader<number>} */
export function integer(value, place) {
  expect(typeof value === "number" && Number.isSafeInteger(value), `${place}: a whole number was expected.`);
  return value;
}

/** @type {Reader<number>} */
export function number(value, place) {
  expect(typeof value === "number" && Number.isFinite(value), `${place}: a number was expected.`);
  return value;
}

/** @type {Reader<boolean>} */
export function flag(value, place) {
  expect(typeof value === "boolean", `${place}: true or false was expected.`);
  return value;
}

/** @type {Reader<Bytes>} */
export function base64url(value, place) {
  try {
    return fromBase64url(text(value, place));
  } catch (error) {
    throw new WireError(`${place}: base64url was expected.`, { cause: error });
  }
}

/** @type {Reader<Date>} */
export function moment(value, place) {
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/;
  expect(typeof value === "string" && iso.test(value), `${place}: a moment was expected.`);
  const date = new Date(value);
  expect(!Number.isNaN(date.getTime()), `${place}: a moment was expected.`);
  return date;
}

/**
 * @param {number} lengthBytes
 * @returns {Reader<string>}
 */
export function hex(lengthBytes) {
  const shape = new RegExp(`^[0-9a-f]{${2 * lengthBytes}}$`);
  return (value, place) => {
    expect(typeof value === "string" && shape.test(value), `${place}: ${lengthBytes} bytes in hexadecimal were expected.`);
    return value;
  };
}

/**
 * @template {string | number} T
 * @param {...T} values
 * @returns {Reader<T>}
 */
export function oneOf(...values) {
  return (value, place) => {
    const found = values.find((known) => known === value);
    expect(found !== undefined, `${place}: not a value known here.`);
    return found;
  };
}

/**
 * @template T
 * @param {Reader<T>} inner
 * @returns {Reader<T | null>}
 */
export function optional(inner) {
  return (value, place) => (value === null ? null : inner(value, place));
}

/** @type {WeakSet<Function>} */
const LATER = new WeakSet();

/**
 * For a key that joined its record after files had been written: where it is not there, it is null.
 * @template T
 * @param {Reader<T>} inner
 * @returns {Reader<T | null>}
 */
export function later(inner) {
  /** @type {Reader<T | null>} */
  const reader = (value, place) => (value === null || value === undefined ? null : inner(value, place));
  LATER.add(reader);
  return reader;
}

/**
 * @template T
 * @param {Reader<T>} inner
 * @returns {Reader<T[]>}
 */
export function list(inner) {
  return (value, place) => {
    expect(Array.isArray(value), `${place}: a list was expected.`);
    return value.map((item, at) => inner(item, `${place}[${at}]`));
  };
}

/**
 * An object with keys of any name.
 * @template T
 * @param {Reader<T>} inner
 * @returns {Reader<Map<string, T>>}
 */
export function map(inner) {
  return (value, place) => {
    const found = plainObject(value, place);
    return new Map(Object.entries(found).map(([key, item]) => [text(key, place), inner(item, `${place}.${key}`)]));
  };
}

/**
 * An object with exactly these keys.
 * @template {Record<string, Reader<any>>} F
 * @param {F} fields
 * @returns {Reader<{[K in keyof F]: ReturnType<F[K]>}>}
 */
export function record(fields) {
  return (value, place) => {
    const found = plainObject(value, place);
    for (const key of Object.keys(found)) {
      expect(Object.hasOwn(fields, key), `${place}: nobody agreed on ${key}.`);
    }
    for (const key of Object.keys(fields)) {
      expect(Object.hasOwn(found, key) || LATER.has(fields[key]), `${place}: ${key} is missing.`);
    }
    const read = Object.entries(fields).map(([key, reader]) => [key, reader(found[key], `${place}.${key}`)]);
    return /** @type {any} */ (Object.fromEntries(read));
  };
}

/**
 * @param {unknown} value
 * @param {string} place
 * @returns {Record<string, unknown>}
 */
function plainObject(value, place) {
  expect(typeof value === "object" && value !== null && !Array.isArray(value), `${place}: an object was expected.`);
  return /** @type {Record<string, unknown>} */ (value);
}
