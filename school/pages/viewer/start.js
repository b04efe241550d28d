/**
 * Starts the viewer: a lesson from files on this computer, played without a school and without a network.
 *
 *     choose files --header.json--> her identity file --five words--> the lesson page, as the school shows it
 *
 * Nothing is fetched and nothing is kept. The keys are gone with the page: on a computer's own files every page that
 * somebody opens shares one place to keep things in, so this one keeps none there.
 */

import { openerOf, unlockKeys } from "../account/keys.js";
import { askForWords } from "../account/unlock_form.js";
import { part } from "../element.js";
import { recipientIn } from "../footage/identity.js";
import { LessonPage } from "../lesson/page.js";
import { LONG } from "../moments.js";
import { sentenceOf } from "../school.js";
import { dropped, lessonIn, listed } from "./files.js";
import { keptLesson } from "./kept_lesson.js";

/** @import { Files } from "./files.js" */
/** @import { KeptLesson } from "./kept_lesson.js" */
/** @import { Bytes } from "../footage/bytes.js" */

const [choose, says] = [part("choose"), part("choose-says")];
const fields = /** @type {HTMLInputElement[]} */ ([part("choose-folder"), part("choose-zip"), part("choose-identity")]);
const [folder, zip, identity] = fields;

/** @type {{name: string, lesson: KeptLesson}|null} chosen already, and waits for an identity file */
let waiting = null;

/** @param {Promise<Files>} chosen */
async function take(chosen) {
  says.textContent = "Reading…";
  try {
    const all = await chosen;
    const found = lessonIn(all);
    if (!found && waiting) return await open(waiting.name, waiting.lesson, await identityIn(all));
    if (!found) throw new Error("These files hold no lesson: there is no header.json among them.");
    const lesson = await keptLesson(found.files);
    if (lesson.identity) return await open(found.name, lesson, lesson.identity);
    waiting = { name: found.name, lesson };
    part("choose-identity-line").hidden = false;
    says.textContent = "Your identity file is not among these files. Choose it too: the account menu of the school’s page saves it.";
  } catch (error) {
    says.textContent = sentenceOf(error);
  }
}

/** @param {Files} files */
function identityIn(files) {
  if (files.size !== 1) throw new Error("Choose one file: your identity file.");
  return [...files.values()][0].bytes();
}

/**
 * @param {string} name
 * @param {KeptLesson} lesson
 * @param {Bytes} file her identity file
 */
async function open(name, lesson, file) {
  const { kid } = await recipientIn(file);
  choose.hidden = true;
  part("lesson").hidden = false;
  part("title").textContent = name || "Lesson";
  part("when").textContent = LONG.format(lesson.startedAt);
  part("unit").textContent = lesson.unit;
  await new LessonPage(lesson.source, {
    here: async () => null,
    ask: (then) => askForWords(then, async (typed) => unlockKeys(file, await openerOf(typed), kid)),
  }).start();
}

for (const field of fields) field.addEventListener("change", () => field.files?.length && void take(listed(field.files)));
for (const [button, field] of /** @type {const} */ ([["folder", folder], ["zip", zip], ["identity", identity]])) {
  choose.querySelector(`[data-choose=${button}]`)?.addEventListener("click", () => field.click());
}
// A file that is dropped beside the field would otherwise take the page's place.
for (const event of ["dragenter", "dragover"]) {
  document.addEventListener(event, (moved) => {
    moved.preventDefault();
    choose.toggleAttribute("data-over", true);
  });
}
document.addEventListener("dragleave", (moved) => choose.toggleAttribute("data-over", moved.relatedTarget !== null));
document.addEventListener("drop", (moved) => {
  moved.preventDefault();
  choose.toggleAttribute("data-over", false);
  if (!choose.hidden && moved.dataTransfer) void take(dropped(moved.dataTransfer));
});
