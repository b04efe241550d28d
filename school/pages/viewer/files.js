/**
 * Files that somebody has chosen or dropped, by their path, whatever they came in.
 *
 *     a folder          kept/header.json, kept/0-000001.seg, ...     \
 *     one .zip          the same paths inside it                      >  "header.json" -> its bytes, read when asked
 *     dropped           either                                       /
 *
 * Nothing is read before it is needed: an hour's lesson has a gigabyte.
 */

import { zipped } from "./zip.js";

/** @import { Bytes } from "../footage/bytes.js" */

/** @typedef {{size: number, bytes: () => Promise<Bytes>}} Stored bytes that lie somewhere on this computer */
/** @typedef {Map<string, Stored>} Files by path */

const HEADER = "header.json";

/**
 * What an input's files are.
 * @param {Iterable<File>} files
 * @returns {Promise<Files>}
 */
export async function listed(files) {
  return unpacked([...files].map((file) => /** @type {[string, File]} */ ([file.webkitRelativePath || file.name, file])));
}

/**
 * What was dropped on the page. A browser without handles gives no more than files: a folder has to be chosen there.
 * @param {DataTransfer} transfer
 * @returns {Promise<Files>}
 */
export async function dropped(transfer) {
  // Tried first: webkitGetAsEntry. From a page that is a file itself, Chromium refuses to read what it gives.
  const items = /** @type {(DataTransferItem & {getAsFileSystemHandle?: () => Promise<FileSystemHandle|null>})[]} */ ([...transfer.items]);
  if (!items.every((item) => item.getAsFileSystemHandle)) return listed(transfer.files);
  // Asked for all at once: after the first wait the browser forgets what was dropped.
  const handles = await Promise.all(items.map((item) => item.getAsFileSystemHandle?.()));
  return unpacked((await Promise.all(handles.map((handle) => (handle ? within(handle, "") : [])))).flat());
}

/**
 * The one lesson among these: its files by their path in its folder, and the folder's name. Null where there is none.
 * @param {Files} files
 * @returns {{name: string, files: Files}|null}
 */
export function lessonIn(files) {
  const headers = [...files.keys()].filter((path) => path === HEADER || path.endsWith(`/${HEADER}`));
  if (headers.length > 1) throw new Error(`There are ${headers.length} lessons here. Choose the folder of one.`);
  if (!headers.length) return null;
  const folder = headers[0].slice(0, -HEADER.length);
  const inside = [...files].filter(([path]) => path.startsWith(folder)).map(([path, stored]) => /** @type {const} */ ([path.slice(folder.length), stored]));
  return { name: folder.split("/").at(-2) ?? "", files: new Map(inside) };
}

/**
 * @param {[string, File][]} chosen
 * @returns {Promise<Files>}
 */
async function unpacked(chosen) {
  if (chosen.length === 1 && chosen[0][1].name.toLowerCase().endsWith(".zip")) return zipped(chosen[0][1]);
  return new Map(chosen.map(([path, file]) => [path, { size: file.size, bytes: async () => new Uint8Array(await file.arrayBuffer()) }]));
}

/**
 * Every file below a handle, by its path.
 * @param {FileSystemHandle} handle
 * @param {string} folder
 * @returns {Promise<[string, File][]>}
 */
async function within(handle, folder) {
  const path = `${folder}${handle.name}`;
  if (handle.kind === "file") return [[path, await /** @type {FileSystemFileHandle} */ (handle).getFile()]];
  const inside = [];
  const entries = /** @type {AsyncIterable<FileSystemHandle>} */ (/** @type {any} */ (handle).values());
  for await (const each of entries) inside.push(within(each, `${path}/`));
  return (await Promise.all(inside)).flat();
}
