/**
 * Sharing a lesson, or a clip of it: with whom, until when, and who has opened it.
 *
 *     choose a colleague --four words of her key--> Share --grant, signed here--> the school keeps it, and cannot make one
 *                                                         --clip, the same-->
 *
 * The words are those on the colleague's key card: a school that names other keys for her shows other words.
 */

import { keyWords } from "../account/keys.js";
import { element, part } from "../element.js";
import { fromBase64url, toBase64url } from "../footage/bytes.js";
import { recipientOf } from "../footage/recipients.js";
import { DAY, SHORT } from "../moments.js";
import { askJson, sentenceOf, tellJson } from "../school.js";
import { checkLog } from "./log.js";
import { rangeOf, told, touched } from "./stretch.js";

/** @typedef {import("../footage/identity.js").Identity} Identity */
/** @typedef {import("./open.js").OpenedLesson} OpenedLesson */
/** @typedef {{name: string, kid: string, encryption_key: string, signing_key: string}} Person */
/** @typedef {{grant: string, name: string, kid: string, created_at: string, expires_at: string|null, clip: string|null}} Shared `clip`: which seconds alone */
/** @typedef {import("../player/window.js").Range} Range */
/** @typedef {import("../player/window.js").Segment} Segment */

const DEEDS = { claimed: "claimed it at the unit", shared: "was given it", opened: "opened it", withdrawn: "was taken off" };
const USUAL_DAYS = 28;

/**
 * Offer to share, on the page of whose lesson it is.
 * @param {string} id
 * @param {OpenedLesson} lesson
 * @param {Identity} identity
 * @param {object} page
 * @param {(shared: Shared[]) => void} page.tell told with whom it is shared, now and whenever that changes
 * @param {(range: Range) => string|null} page.numbersOf the numbers of some seconds, or null while they are not known
 */
export function offerSharing(id, lesson, identity, { tell, numbersOf }) {
  const [open, dialog] = [part("share"), /** @type {HTMLDialogElement} */ (part("sharing"))];
  const [form, says] = [/** @type {HTMLFormElement} */ (part("share-form")), part("share-says")];
  const choice = /** @type {HTMLSelectElement} */ (part("share-with"));
  const until = /** @type {HTMLInputElement} */ (part("share-until"));
  const note = /** @type {HTMLTextAreaElement} */ (part("share-note"));
  const [whole, cut, numbers] = /** @type {HTMLInputElement[]} */ ([part("share-whole"), part("share-cut"), part("share-numbers")]);
  /** @type {Segment[]} */
  let marked = [];
  /** @type {Map<string, Person>} */
  const people = new Map();

  async function show() {
    const { shared, log } = await askJson(`/api/lessons/${id}/sharing`);
    const wrong = await checkLog(id, log, localStorage);
    part("share-wrong").textContent = wrong ?? "";
    part("share-wrong").hidden = wrong === null;
    part("shared").replaceChildren(...shared.map(sharedRow));
    part("shared-none").hidden = shared.length > 0;
    part("share-log").replaceChildren(...log.toReversed().map(logRow));
    part("share-log-none").hidden = log.length > 0;
    tell(shared);
  }

  /** @param {Shared} each */
  function sharedRow(each) {
    const end = each.expires_at === null ? "for good" : `until ${DAY.format(new Date(each.expires_at))}`;
    const button = element("button", { type: "button", class: "button" }, "Withdraw");
    button.addEventListener("click", () => done(() => tellJson(`/api/lessons/${id}/withdraw`, { grant: each.grant }), `${each.name} cannot open it here any more. What was seen stays seen.`));
    return element("li", {}, element("span", {}, element("b", {}, each.name), `${each.clip ? ` ${each.clip} alone,` : ""} ${end}`), button);
  }

  /**
   * @param {() => Promise<unknown>} work
   * @param {string} sentence
   */
  async function done(work, sentence) {
    try {
      await work();
      says.textContent = sentence;
      await show();
    } catch (error) {
      says.textContent = sentenceOf(error);
    }
  }

  async function showWords() {
    const place = part("share-words");
    const { kid } = people.get(choice.value) ?? {};
    part("share-words-line").hidden = kid === undefined;
    if (kid === undefined) return;
    place.textContent = "…";
    const words = (await keyWords(kid)).join(" ");
    if (people.get(choice.value)?.kid === kid) place.textContent = words;
  }

  /** @param {Person} person */
  async function give(person) {
    const to = await recipientOf(fromBase64url(person.encryption_key), fromBase64url(person.signing_key));
    // The words were shown for the name of her keys: the keys must be those.
    if (to.kid !== person.kid) throw new Error(`The school sent keys for ${person.name} that do not belong together. Nothing was shared.`);
    const end = until.value ? new Date(`${until.value}T23:59:59`) : null;
    const text = note.value.trim();
    if (!cut.checked) {
      await tellJson(`/api/lessons/${id}/grants`, { grant: toBase64url(await lesson.handOn(to, identity, end, text)) });
      return;
    }
    const lines = numbers.checked ? (numbersOf(rangeOf(marked)) ?? "") : "";
    const clip = await lesson.handOnClip(marked, to, identity, end, { note: text, numbers: lines });
    await tellJson(`/api/lessons/${id}/clips`, { clip: toBase64url(clip) });
  }

  /** Offer what can be shared: the whole, and the stretch that is marked. */
  function offerWhat() {
    part("share-what").hidden = marked.length === 0;
    if (!marked.length) return void (whole.checked = true);
    part("share-cut-words").textContent = `A clip: ${told(rangeOf(marked))}, and nothing else`;
    const isKnown = numbersOf(rangeOf(marked)) !== null;
    numbers.disabled = !cut.checked || !isKnown;
    part("share-numbers-words").textContent = isKnown ? "With the numbers of these seconds" : "The numbers of this lesson are not known yet";
  }

  open.hidden = false;
  void done(async () => undefined, "");
  async function ask() {
    dialog.showModal();
    offerWhat();
    says.textContent = "";
    choice.disabled = true; // until the school has said who there is: what is typed before that would be lost
    const today = new Date();
    until.min = isoDay(today, 0);
    until.value ||= isoDay(today, USUAL_DAYS);
    await done(async () => {
      const chosen = choice.value;
      people.clear();
      for (const person of (await askJson("/api/people")).people) people.set(person.kid, person);
      choice.replaceChildren(new Option("Choose a colleague", ""), ...[...people.values()].map(({ name, kid }) => new Option(name, kid)));
      choice.value = people.has(chosen) ? chosen : "";
      choice.disabled = false;
      await showWords();
    }, "");
  }

  open.addEventListener("click", () => {
    whole.checked = true;
    void ask();
  });
  for (const each of [whole, cut]) each.addEventListener("change", offerWhat);
  choice.addEventListener("change", () => void showWords());
  part("share-close").addEventListener("click", () => dialog.close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const person = people.get(choice.value);
    const what = cut.checked ? `${told(rangeOf(marked))} of this lesson now, and nothing else of it` : "this lesson now";
    if (person) void done(() => give(person).then(() => void (note.value = "")), `${person.name} can open ${what}.`);
    else says.textContent = "Choose a colleague first.";
  });
  return {
    /**
     * The stretch that may be shared as a clip, or null.
     * @param {Range|null} stretch
     */
    mark(stretch) {
      marked = stretch ? touched(lesson.footage.segments, stretch) : [];
    },
    /** Share what is marked. */
    shareClip() {
      cut.checked = true;
      void ask();
    },
  };
}

/** @param {import("./log.js").Entry} entry */
function logRow({ at, deed, who, clip }) {
  return element("li", {}, element("b", {}, who), ` ${DEEDS[deed]}${clip ? ` (${clip} alone)` : ""}, `, element("span", { class: "muted" }, SHORT.format(new Date(at))));
}

/**
 * A day as a date field writes it, in her own time zone.
 * @param {Date} from
 * @param {number} later days
 */
function isoDay(from, later) {
  const day = new Date(from.getFullYear(), from.getMonth(), from.getDate() + later);
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
