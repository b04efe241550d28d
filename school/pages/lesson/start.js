/**
 * Starts the lesson page of the school: the lesson in the address, her keys as this device keeps them.
 */

import { identityHere } from "../account/unlock.js";
import { askForWords } from "../account/unlock_form.js";
import { LONG, showMoments } from "../moments.js";
import { LessonPage } from "./page.js";
import { fromSchool } from "./source.js";

const kid = document.querySelector("[data-kid]")?.getAttribute("data-kid") ?? "";
// From the address, which she chose; the rest of the page is what the school says.
const id = location.pathname.split("/").at(-1) ?? "";

showMoments(document, LONG);
void new LessonPage(fromSchool(id), { here: () => identityHere(kid), ask: askForWords }).start();
