/**
 * Sharing a lesson, or a clip of it: with whom, until when, and who has opened it.
 *
 *     choose a colleague --four words of her key--> Share --grant, signed here--> the school keeps it, and cannot make one
 *     or a group: one grant for each who is in it         --clip, the same-->
 *
 * The words are those on the colleague's key card: a school that names other keys for her shows other words.
 */

import { keyWords } from "../account/keys.js";
import { element, part } from "../element.js";
import { fromBase64url, toBase64url } from "../footage/bytes.js";
import { recipientOf } from "../footage/recipients.js";
import { DAY, SHORT } from "../moments.js";
import { askJson, sentenceOf, tellJson } from "../school.js";
import { offerGroups } from "./groups.js";
import { checkLog } from "./log.js";
import { rangeOf, told, touched } from "./stretch.js";

/** @typedef {import("../footage/identity.js").Identity} Identity */
/** @typedef {import("./open.js").OpenedLesson} OpenedLesson */
/** @typedef {{name: string, kid: string, encryption_key: string, signing_key: string}} Person */
/** @typedef {{grant: string, name: string, kid: string, created_at: string, expires_at: string|null, clip: string|null}} Shared `clip`: which seconds alone */
/** @typedef {import("../player/window.js").Range} Range */
/** @typedef {import("../player/window.js").Segment} Segment */

const DEEDS = { claimed: "claimed it at the unit", shared: "was given it", opened: "opened it", commented: "wrote a comment", withdrawn: "was taken off", binned: "put it into the bin", restored: "took it out of the bin", held: "stopped its deletion", released: "ended the hold" };
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
  /** @type {Shared[]} */
  let shown = [];
  /** @type {Map<string, Person>} */
  const people = new Map();

  async function show() {
    const { shared, log } = await askJson(`/api/lessons/${id}/sharing`);
    shown = shared;
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
   * @param {() => Promise<unknown>} work may answer with the sentence to say
   * @param {string} [sentence]
   */
  async function done(work, sentence) {
    try {
      const answer = await work();
      says.textContent = sentence ?? String(answer);
    } catch (error) {
      says.textContent = sentenceOf(error);
    }
    // Also when it failed: of a group, some may have it by now.
    await show().catch((error) => (says.textContent = sentenceOf(error)));
  }

  const chosenGroup = () => groups.groups.find(({ id }) => choice.value === `group ${id}`);

  /** Whom she has chosen: one, or all of a group. */
  function chosenPeople() {
    const kids = chosenGroup()?.members ?? [choice.value];
    return kids.map((kid) => people.get(kid)).filter((person) => person !== undefined);
  }

  async function showWords() {
    const [isGroup, chosen] = [chosenGroup() !== undefined, choice.value];
    part("share-words-line").hidden = isGroup || chosen === "";
    part("share-group").hidden = !isGroup;
    const places = chosenPeople().map((person) => ({ person, place: isGroup ? element("b", { class: "mono" }, "…") : part("share-words") }));
    if (isGroup) part("share-group-words").replaceChildren(...places.map(({ person, place }) => element("li", {}, `${person.name}: `, place)));
    for (const { person, place } of places) {
      place.textContent = "…";
      const words = (await keyWords(person.kid)).join(" ");
      if (choice.value !== chosen) return;
      place.textContent = words;
    }
  }

  function offerPeople() {
    const chosen = choice.value;
    const one = [...people.values()].map(({ name, kid }) => new Option(name, kid));
    const many = groups.groups.map(({ id, name }) => new Option(name, `group ${id}`));
    const lists = many.length ? [element("optgroup", { label: "My groups" }, ...many), element("optgroup", { label: "Colleagues" }, ...one)] : one;
    choice.replaceChildren(new Option("Choose a colleague", ""), ...lists);
    choice.value = [...one, ...many].some(({ value }) => value === chosen) ? chosen : "";
    void showWords();
  }
  const groups = offerGroups(offerPeople);

  /** What is shared now, in words, and as the school says it of a clip. */
  const what = () => (cut.checked ? told(rangeOf(marked)) : null);

  /**
   * Who has it already, for as long as is asked for: a group that is shared with again would otherwise fill the list.
   * @param {Person} person
   */
  function hasIt({ kid }) {
    const end = untilThen();
    return shown.some((each) => each.kid === kid && each.clip === what() && (each.expires_at === null || (end !== null && new Date(each.expires_at) >= end)));
  }

  const untilThen = () => (until.value ? new Date(`${until.value}T23:59:59`) : null);

  /** Share with everybody she has chosen. */
  async function giveAll() {
    const [group, chosen] = [chosenGroup(), chosenPeople()];
    const given = group ? chosen.filter((person) => !hasIt(person)) : chosen;
    for (const person of given) await give(person);
    note.value = "";
    const seconds = what() ? `${what()} of this lesson now, and nothing else of it` : "this lesson now";
    if (!group) return `${chosen[0].name} can open ${seconds}.`;
    const had = chosen.length - given.length;
    return `${given.map(({ name }) => name).join(", ") || "Nobody new"} can open ${seconds}.${had ? ` ${had} of ${group.name} could already.` : ""}`;
  }

  /** @param {Person} person */
  async function give(person) {
    const to = await recipientOf(fromBase64url(person.encryption_key), fromBase64url(person.signing_key));
    // The words were shown for the name of her keys: the keys must be those.
    if (to.kid !== person.kid) throw new Error(`The school sent keys for ${person.name} that do not belong together. Nothing was shared.`);
    const [end, text] = [untilThen(), note.value.trim()];
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
    groups.wait();
    const today = new Date();
    until.min = isoDay(today, 0);
    until.value ||= isoDay(today, USUAL_DAYS);
    await done(async () => {
      people.clear();
      for (const person of (await askJson("/api/people")).people) people.set(person.kid, person);
      await groups.read(people);
      choice.disabled = false;
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
    if (chosenPeople().length) void done(giveAll);
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
function logRow({ at, deed, who, clip, why }) {
  return element("li", {}, element("b", {}, who), ` ${DEEDS[deed]}${clip ? ` (${clip} alone)` : ""}, `, element("span", { class: "muted" }, SHORT.format(new Date(at))), why !== undefined && `: ${why}`);
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
