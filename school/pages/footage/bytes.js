/**
 * Bytes and how they are written: hexadecimal for what people compare, base64url without padding for the rest.
 */

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/**
 * @param {string} text
 * @returns {Bytes}
 */
export function utf8(text) {
  return new Uint8Array(new TextEncoder().encode(text));
}

/**
 * Text from UTF-8, or TypeError. A byte order mark is a letter like any other.
 * @param {Bytes} bytes
 */
export function fromUtf8(bytes) {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

/**
 * @param {...Bytes} parts
 * @returns {Bytes}
 */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * @param {Bytes} one
 * @param {Bytes} other
 */
export function equal(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/**
 * A number as bytes, big-endian.
 * @param {number} value
 * @param {number} length
 * @returns {Bytes}
 */
export function bigEndian(value, length) {
  const bytes = new Uint8Array(length);
  for (let at = length - 1, rest = value; at >= 0; at -= 1, rest = Math.floor(rest / 256)) {
    bytes[at] = rest % 256;
  }
  return bytes;
}

/** @param {Bytes} bytes */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {string} text lower-case hexadecimal, checked by whoever read it
 * @returns {Bytes}
 */
export function fromHex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** @param {Bytes} bytes */
export function toBase64url(bytes) {
  let binary = "";
  for (const byte of bytes) {
    binary += String.fromCharCode(byte);
  }
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * Bytes from base64url, or TypeError. One value has one spelling: spare bits must be zero.
 * @param {string} text
 * @returns {Bytes}
 */
export function fromBase64url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) {
    throw new TypeError("This is not base64url.");
  }
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  if (toBase64url(bytes) !== text) {
    throw new TypeError("This is not base64url.");
  }
  return bytes;
}

/**
 * @param {Bytes} bytes
 * @returns {Promise<Bytes>}
 */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
