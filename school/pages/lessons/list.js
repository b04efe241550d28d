/**
 * The list of lessons.
 */

import { SHORT, showMoments } from "../moments.js";

showMoments(document, SHORT);
