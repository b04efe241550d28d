/**
 * The list of lessons.
 */

import { SHORT, showMoments } from "../moments.js";
import { offerBin, offerReceipts } from "./bin.js";

showMoments(document, SHORT);
offerBin();
offerReceipts();
