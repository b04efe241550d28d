/**
 * The pictures that prove a privacy mask: one at the start, and one every three minutes.
 *
 *     FFD8 | FFFE  length  {"at_s":180.04,"mask":"1c9f..."} | ...      a JPEG file, its comment first
 *
 * They are fetched and opened when somebody looks, and drawn on canvases: the page shows no image by address.
 */

import { element } from "../element.js";
import { sentenceOf } from "../school.js";
import { clock } from "./clock.js";

/** @typedef {import("./open.js").OpenedLesson} OpenedLesson */

const WIDTH = 320; // pixels of a drawn picture

/**
 * Offer the pictures, if there are any. Called again when the lesson has grown.
 * @param {HTMLDetailsElement} place
 * @param {OpenedLesson} lesson
 */
export function offerProof(place, lesson) {
  place.hidden = lesson.stillIndexes.length === 0;
  place.ontoggle = () => {
    if (place.open) void show(/** @type {HTMLElement} */ (place.querySelector("[data-part=stills]")), lesson);
  };
}

/**
 * @param {HTMLElement} list
 * @param {OpenedLesson} lesson
 */
async function show(list, lesson) {
  for (const index of lesson.stillIndexes.slice(list.children.length)) {
    const item = element("li", {});
    list.append(item);
    try {
      const data = await lesson.still(index);
      item.append(await drawn(data), element("span", { class: "muted small" }, `at ${clock(secondOf(data))}`));
    } catch (error) {
      item.append(element("span", { class: "small" }, `This picture cannot be shown: ${sentenceOf(error)}`));
    }
  }
}

/** @param {Uint8Array<ArrayBuffer>} data */
async function drawn(data) {
  const picture = await createImageBitmap(new Blob([data], { type: "image/jpeg" }), { resizeWidth: WIDTH });
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width, picture.height];
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "What the camera saw, with the seats painted over that are never filmed");
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  return canvas;
}

/**
 * The lesson second that stands in a still's comment.
 * @param {Uint8Array} data
 * @returns {number}
 */
export function secondOf(data) {
  if (data[2] !== 0xff || data[3] !== 0xfe) throw new Error("It does not say when it was taken.");
  return JSON.parse(new TextDecoder().decode(data.slice(6, 4 + data[4] * 256 + data[5]))).at_s;
}
