/**
 * Her groups: lists of colleagues that she makes for herself, to share with all of one at once (school/groups.py).
 *
 *     My groups   Science    R. Amin, L. Brooks    [Change] [Remove]
 *                 Name [        ]   [x] R. Amin  [ ] L. Brooks   [Keep]
 */

import { element, part } from "../element.js";
import { askJson, sentenceOf, tellJson } from "../school.js";

/** @typedef {{id: number, name: string, members: string[]}} Group `members`: names of their keys */
/** @typedef {import("./share.js").Person} Person */

/**
 * Let her make, change and remove groups.
 * @param {() => void} changed told when there are other groups than before
 */
export function offerGroups(changed) {
  const form = /** @type {HTMLFormElement} */ (part("group-form"));
  const name = /** @type {HTMLInputElement} */ (part("group-name"));
  const says = part("group-says");
  /** @type {Group[]} */
  let groups = [];
  /** @type {Map<string, Person>} */
  let people = new Map();
  /** @type {Group|null} */
  let edited = null;

  const boxes = () => /** @type {HTMLInputElement[]} */ ([...part("group-members").querySelectorAll("input")]);
  const namesOf = (/** @type {Group} */ { members }) => members.map((kid) => people.get(kid)?.name ?? "").filter(Boolean).join(", ");

  /** @param {Group|null} group null: a new one */
  function edit(group) {
    edited = group;
    name.value = group?.name ?? "";
    part("group-what").textContent = group ? "of this group" : "of a new group";
    part("group-new").hidden = group === null;
    for (const box of boxes()) box.checked = group?.members.includes(box.value) ?? false;
  }

  function show() {
    part("groups-list").replaceChildren(
      ...groups.map((group) => {
        const change = element("button", { type: "button", class: "button", "aria-label": `Change ${group.name}` }, "Change");
        const remove = element("button", { type: "button", class: "button", "aria-label": `Remove ${group.name}` }, "Remove");
        change.addEventListener("click", () => {
          edit(group);
          name.focus();
        });
        remove.addEventListener("click", () => void done(() => tellJson(`/api/groups/${group.id}/remove`, {}), `${group.name} is gone. What was shared stays shared.`));
        return element("li", {}, element("span", {}, element("b", {}, group.name), ` ${namesOf(group)}`), element("span", { class: "row" }, change, remove));
      }),
    );
    part("group-members").replaceChildren(
      ...[...people.values()].map((person) => element("label", { class: "check" }, element("input", { type: "checkbox", value: person.kid }), person.name)),
    );
    edit(groups.find(({ id }) => id === edited?.id) ?? null);
    name.disabled = false;
  }

  async function read() {
    groups = (await askJson("/api/groups")).groups;
    show();
    changed();
  }

  /**
   * @param {() => Promise<unknown>} work
   * @param {string} sentence
   */
  async function done(work, sentence) {
    try {
      await work();
      says.textContent = sentence;
      await read();
    } catch (error) {
      says.textContent = sentenceOf(error);
    }
  }

  part("group-new").addEventListener("click", () => edit(null));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const members = boxes().filter(({ checked }) => checked).map(({ value }) => value);
    if (!members.length) return void (says.textContent = "Tick who is in it first.");
    const asked = { name: name.value, members };
    const sentence = `${name.value.trim()} is kept. Who is new in it gets nothing until you share again.`;
    void done(() => tellJson(edited ? `/api/groups/${edited.id}` : "/api/groups", asked).then(() => edit(null)), sentence);
  });
  return {
    /** All of them. */
    get groups() {
      return groups;
    },
    /** Nothing can be typed until they are read. */
    wait() {
      name.disabled = true;
    },
    /**
     * Read them anew.
     * @param {Map<string, Person>} everybody
     */
    async read(everybody) {
      people = everybody;
      says.textContent = "";
      await read();
    },
  };
}
