/**
 * Where a sealed lesson comes from: the school, or files that its teacher has kept.
 *
 *     fromSchool(id)      a page of the school       answer, segments; live evidence and sharing are there too
 *     keptLesson(files)   the viewer, no network     answer, segments, and nothing else      (viewer/kept_lesson.js)
 *
 * What a source gives is sealed and unchecked: open.js checks all of it, whoever gave it.
 */

import { askBytes, askJson } from "../school.js";

/** @import { Bytes } from "../footage/bytes.js" */
/** @import { Answer } from "./open.js" */

/** @typedef {(track: number, index: number, signal?: AbortSignal) => Promise<Bytes>} Segments ciphertext of one segment */
/**
 * @typedef {object} Source
 * @property {string} id the lesson that was asked for
 * @property {boolean} isSchool somebody is there who can be asked for more than this lesson
 * @property {() => Promise<Answer & {shared_by?: string|null, shared_until?: string|null}>} answer
 * @property {Segments} segment
 */

/**
 * A lesson of this page's school.
 * @param {string} id
 * @returns {Source}
 */
export function fromSchool(id) {
  return {
    id,
    isSchool: true,
    answer: () => askJson(`/api/lessons/${id}`),
    segment: (track, index, signal) => askBytes(`/api/lessons/${id}/segments/${track}/${index}`, signal),
  };
}
