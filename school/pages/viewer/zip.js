/**
 * Reads a .zip (APPNOTE 6.3) where it lies, without unpacking it: the list at its end, then each file when it is asked for.
 *
 *     file file file ... | entry entry entry ... | end: how many entries, and where
 *                          ^---------------------------'
 *
 * Stored or deflated files, also beyond 4 GB (Zip64). A name, a place or a length that lies outside is refused; what the
 * bytes are worth is for the lesson's own signatures to say.
 */

/** @import { Bytes } from "../footage/bytes.js" */
/** @import { Files } from "./files.js" */

const [END, END_64, PLACE_64, ENTRY, LOCAL] = [0x06054b50, 0x06064b50, 0x07064b50, 0x02014b50, 0x04034b50];
const END_BYTES = 22;
const PLACE_64_BYTES = 20;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 0xffff;
const LONGEST_LIST = 256 * 1024 * 1024;
const LONGEST_FILE = 256 * 1024 * 1024; // as `waitwise open` takes it
const [STORED, DEFLATED] = [0, 8];

/** The file is no zip, or one that lies. */
export class ZipError extends Error {
  /** What she can do. */
  get remedy() {
    return "Download the lesson again, or choose the folder that is in the zip.";
  }
}

/**
 * @param {Blob} zip
 * @returns {Promise<Files>}
 */
export async function zipped(zip) {
  const { count, at, length } = await listOf(zip);
  const list = await view(zip, at, length);
  /** @type {Files} */
  const files = new Map();
  let next = 0;
  for (let number = 0; number < count; number += 1) {
    if (next + 46 > length || list.getUint32(next, true) !== ENTRY) throw new ZipError("The list in this zip is damaged.");
    const [method, nameBytes, extraBytes, commentBytes] = [10, 28, 30, 32].map((place) => list.getUint16(next + place, true));
    const end = next + 46 + nameBytes + extraBytes + commentBytes;
    if (end > length) throw new ZipError("The list in this zip is damaged.");
    const name = new TextDecoder().decode(new Uint8Array(list.buffer, next + 46, nameBytes));
    const [size, packed, place] = wide(list, next, nameBytes, extraBytes);
    next = end;
    if (name.endsWith("/")) continue;
    if (name.startsWith("/") || name.split("/").includes("..") || files.has(name)) throw new ZipError(`This zip has a file called ${name}, which no lesson has.`);
    files.set(name, { size, bytes: () => bytesAt(zip, name, method, place, packed, size) });
  }
  return files;
}

/** @param {Blob} zip */
async function listOf(zip) {
  const from = Math.max(0, zip.size - END_BYTES - LONGEST_COMMENT - PLACE_64_BYTES);
  const tail = await view(zip, from, zip.size - from);
  let end = tail.byteLength - END_BYTES;
  while (end >= 0 && tail.getUint32(end, true) !== END) end -= 1;
  if (end < 0) throw new ZipError("This is no zip, or its end is missing: the download was perhaps cut off.");
  let [count, length, at] = [tail.getUint16(end + 10, true), tail.getUint32(end + 12, true), tail.getUint32(end + 16, true)];
  const is64 = end >= PLACE_64_BYTES && tail.getUint32(end - PLACE_64_BYTES, true) === PLACE_64;
  if (is64) {
    const record = await view(zip, number64(tail, end - PLACE_64_BYTES + 8), 56);
    if (record.getUint32(0, true) !== END_64) throw new ZipError("The end of this zip is damaged.");
    [count, length, at] = [32, 40, 48].map((place) => number64(record, place));
  }
  if (at + length > zip.size || length > LONGEST_LIST) throw new ZipError("The end of this zip is damaged.");
  return { count, at, length };
}

/**
 * Length, packed length and place of an entry, from Zip64's extra field where they are too large.
 * @param {DataView} list
 * @param {number} entry
 * @param {number} nameBytes
 * @param {number} extraBytes
 */
function wide(list, entry, nameBytes, extraBytes) {
  const numbers = [24, 20, 42].map((place) => list.getUint32(entry + place, true));
  const start = entry + 46 + nameBytes;
  for (let at = start; at + 4 <= start + extraBytes; at += 4 + list.getUint16(at + 2, true)) {
    if (list.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    const last = Math.min(start + extraBytes, next + list.getUint16(at + 2, true));
    return numbers.map((number) => {
      if (number !== 0xffffffff || next + 8 > last) return number;
      next += 8;
      return number64(list, next - 8);
    });
  }
  return numbers;
}

/**
 * @param {Blob} zip
 * @param {string} name
 * @param {number} method
 * @param {number} place
 * @param {number} packed
 * @param {number} size
 * @returns {Promise<Bytes>}
 */
async function bytesAt(zip, name, method, place, packed, size) {
  const local = await view(zip, place, LOCAL_BYTES);
  if (local.getUint32(0, true) !== LOCAL || size > LONGEST_FILE) throw new ZipError(`${name} is damaged in this zip.`);
  const start = place + LOCAL_BYTES + local.getUint16(26, true) + local.getUint16(28, true);
  if (start + packed > zip.size) throw new ZipError(`${name} is cut off in this zip.`);
  const body = zip.slice(start, start + packed);
  if (method === STORED && packed === size) return new Uint8Array(await body.arrayBuffer());
  if (method === DEFLATED) return inflated(body, name, size);
  throw new ZipError(`${name} is packed in a way that is not known here.`);
}

/**
 * Never more than was promised: some bytes can unpack to a million times as many.
 * @param {Blob} body
 * @param {string} name
 * @param {number} size
 * @returns {Promise<Bytes>}
 */
async function inflated(body, name, size) {
  const bytes = new Uint8Array(size);
  let filled = 0;
  try {
    const reader = body.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      if (!value || filled + value.length > size) throw new TypeError("longer than it says");
      bytes.set(value, filled);
      filled += value.length;
    }
  } catch (error) {
    throw new ZipError(`${name} is damaged in this zip.`, { cause: error });
  }
  if (filled !== size) throw new ZipError(`${name} is damaged in this zip.`);
  return bytes;
}

/**
 * @param {Blob} zip
 * @param {number} from
 * @param {number} length
 */
async function view(zip, from, length) {
  const data = await zip.slice(from, from + length).arrayBuffer();
  if (data.byteLength !== length) throw new ZipError("This zip is cut off.");
  return new DataView(data);
}

/**
 * @param {DataView} bytes
 * @param {number} at
 */
function number64(bytes, at) {
  return Number(bytes.getBigUint64(at, true));
}
