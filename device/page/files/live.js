/**
 * Keeps the page as the unit is: sets the words, shares and buttons that the server sends, at the places where the
 * server put them first. It decides nothing; device/page/view.py does.
 *
 *     event: view   {"headline": "Recording", "can": ["stop", "pause"], "level": 0.4, ...}
 */

import { NAMESPACE, part } from "./parts.js";

/** @typedef {{says: string, word: string, verdict: string, share: number}} Bar */
/** @typedef {{title: string, sentence: string}} Notice */
/**
 * @typedef {object} View
 * @property {string} doing
 * @property {string} headline
 * @property {string[]} can
 * @property {boolean} is_running
 * @property {number} elapsed_s
 * @property {number|null} level
 * @property {Notice[]} notices
 * @property {string[]} modes
 * @property {string[]} teachers
 * @property {string[]} masks
 * @property {{key: string, list_key: string, locked: string}} seats
 * @property {{is_on: boolean, step: number, says: string, go_on: string, share: number, heard: string[], verdict: string, remedy: string, is_good: boolean}} check
 * @property {{teacher: string, is_shown: boolean, says: string, does: string}} goal
 * @property {{lesson: string}[]} unclaimed
 * @property {string|null} discard
 * @property {boolean} is_beyond_discard
 * @property {number} ring
 * @property {number} step
 * @property {Bar[]} bars
 */

const WARNING = "M12 4 2.8 20h18.4zM12 10v4.5M12 17.4h.01";

let startedAt = 0;
let isRunning = false;
let isLeaving = false;

/** @param {View} view */
function show(view) {
  for (const place of document.querySelectorAll("[data-say]")) {
    const words = String(view[/** @type {keyof View} */ (place.getAttribute("data-say"))]);
    if (place.textContent !== words) place.textContent = words;
  }
  document.title = `${view.headline} - ${part("unit")?.dataset.room}`;
  part("doing")?.setAttribute("data-doing", view.doing);
  showButtons(view);
  showNotices(view.notices);
  part("meter")?.toggleAttribute("data-off", view.level === null);
  part("level")?.setAttribute("width", String((view.level ?? 0) * 100));
  isRunning = view.is_running;
  startedAt = performance.now() - view.elapsed_s * 1000;
  showClock();
  showModes(view.modes);
  showChoices("teachers", view.teachers);
  showChoices("masks", view.masks);
  showFresh(view.seats);
  showCheck(view.check);
  showGoal(view.goal);
  showUnclaimed(view.unclaimed.map(({ lesson }) => lesson).join(" "));
  showRehearsal(view);
}

/**
 * A part that the server draws: anew where it is out of date, but never away from under who has drawn something.
 * @param {View["seats"]} seats
 */
function showFresh(seats) {
  const fresh = part("fresh");
  // What a form asks for changes the key before its answer is here: a reload would take the answer away.
  if (isLeaving) return;
  part("seats-locked")?.toggleAttribute("hidden", !seats.locked);
  part("seats-open")?.toggleAttribute("hidden", Boolean(seats.locked));
  setWords("seats-locked-says", seats.locked);
  if (!fresh || fresh.dataset.key === (fresh.dataset.fresh === "key" ? seats.key : seats.list_key)) {
    part("stale")?.setAttribute("hidden", "");
    return;
  }
  if (!fresh.dataset.drawn) {
    location.reload();
    return;
  }
  setWords("stale-says", seats.locked || "The still has been forgotten. What you have drawn can be kept.");
  part("stale")?.removeAttribute("hidden");
}

/**
 * @param {string} name
 * @param {string[]} offered
 */
function showChoices(name, offered) {
  const choice = part(name);
  if (!(choice instanceof HTMLSelectElement)) return;
  const names = [...choice.options].slice(1).map((each) => each.value);
  if (JSON.stringify(names) === JSON.stringify(offered)) return;
  const chosen = choice.value;
  choice.replaceChildren(choice.options[0], ...offered.map((each) => new Option(each)));
  choice.value = offered.includes(chosen) ? chosen : "";
}

/** @param {string[]} modes what the class that is on has agreed to, the usual one first */
function showModes(modes) {
  for (const label of document.querySelectorAll("[data-mode]")) {
    const isOffered = modes.includes(String(label.getAttribute("data-mode")));
    label.toggleAttribute("hidden", !isOffered);
    label.querySelector("input")?.toggleAttribute("disabled", !isOffered);
  }
  const chosen = document.querySelector("[data-mode]:not([hidden]) input:checked");
  const usual = document.querySelector(`[data-mode="${modes[0]}"] input`);
  if (!chosen && usual instanceof HTMLInputElement) usual.checked = true;
}

/** @param {string} lessons their ids, as the page was made for */
function showUnclaimed(lessons) {
  const shown = part("unclaimed")?.dataset.shown;
  if (shown !== undefined && shown !== lessons) location.reload();
}

for (const moment of document.querySelectorAll("time")) {
  const format = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" };
  moment.textContent = new Date(moment.dateTime).toLocaleString(undefined, /** @type {Intl.DateTimeFormatOptions} */ (format));
}

/** @param {View["goal"]} goal */
function showGoal(goal) {
  part("goal")?.toggleAttribute("hidden", !goal.teacher);
  part("goal-of")?.setAttribute("value", goal.teacher);
  part("goal-is-shown")?.setAttribute("value", goal.is_shown ? "yes" : "no");
  setWords("goal-says", goal.says);
  setWords("goal-does", goal.does);
}

/** @param {View["check"]} check */
function showCheck(check) {
  for (const step of document.querySelectorAll("[data-check-step]")) {
    if (step.getAttribute("data-check-step") === String(check.step)) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  }
  check.heard.forEach((words, number) => setWords(`heard-${number + 1}`, words));
  part("check-share")?.setAttribute("width", String(check.share * 100));
  setWords("check-says", check.says);
  setWords("verdict-says", check.verdict);
  setWords("remedy", check.remedy);
  part("verdict")?.toggleAttribute("hidden", !check.verdict);
  part("verdict")?.setAttribute("data-good", check.is_good ? "yes" : "no");
  const goOn = part("check-go");
  const wasWaiting = goOn && !goOn.hidden;
  setWords("check-go", check.go_on);
  goOn?.toggleAttribute("hidden", !check.go_on);
  part("check-stop")?.toggleAttribute("hidden", !check.is_on);
  // Whoever began with the keyboard goes on with it.
  if (goOn && !goOn.hidden && !wasWaiting && document.activeElement === document.body) goOn.focus();
}

/**
 * @param {string} name
 * @param {string} words
 */
function setWords(name, words) {
  const place = part(name);
  if (place && place.textContent !== words) place.textContent = words;
}

/** @param {View} view */
function showButtons(view) {
  const focused = document.activeElement;
  for (const button of document.querySelectorAll("[data-can]")) {
    button.toggleAttribute("hidden", !view.can.includes(String(button.getAttribute("data-can"))));
  }
  part("busy")?.toggleAttribute("hidden", view.can.includes("start") || view.can.includes("stop"));
  part("before")?.toggleAttribute("hidden", !view.can.includes("start"));
  part("after")?.toggleAttribute("hidden", !view.discard);
  part("lesson")?.setAttribute("value", view.discard ?? "");
  part("sent")?.toggleAttribute("hidden", !view.is_beyond_discard);
  // Whoever started with the keyboard finds Stop under her finger.
  if (focused instanceof HTMLElement && focused.matches("[data-can][hidden]")) {
    const next = document.querySelector(".round-button[data-can]:not([hidden])");
    if (next instanceof HTMLElement) next.focus();
  }
}

/** @param {Notice[]} notices */
function showNotices(notices) {
  const place = part("notices");
  const key = JSON.stringify(notices);
  if (!place || place.dataset.shown === key) return;
  place.dataset.shown = key;
  place.replaceChildren(...notices.map(notice));
}

/** @param {Notice} each */
function notice(each) {
  const sign = document.createElementNS(NAMESPACE, "svg");
  const attributes = { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", fill: "none", stroke: "currentColor", "stroke-width": "2" };
  for (const [name, value] of Object.entries(attributes)) sign.setAttribute(name, value);
  const path = document.createElementNS(NAMESPACE, "path");
  path.setAttribute("d", WARNING);
  sign.append(path);
  const title = document.createElement("b");
  title.textContent = `${each.title}.`;
  const words = document.createElement("span");
  words.append(title, ` ${each.sentence}`);
  const made = document.createElement("p");
  made.className = "notice";
  made.append(sign, words);
  return made;
}

/** @param {View} view */
function showRehearsal(view) {
  part("ring")?.setAttribute("stroke-dasharray", `${(view.ring * 100).toFixed(1)} 200`);
  for (const step of document.querySelectorAll("[data-step-number]")) {
    if (step.getAttribute("data-step-number") === String(view.step)) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  }
  for (const [number, slot] of [...(part("bars")?.children ?? [])].entries()) {
    const bar = view.bars[number] ?? { says: "", word: "", verdict: "", share: 0 };
    slot.setAttribute("data-verdict", bar.verdict);
    slot.children[0].textContent = bar.says;
    slot.querySelector(".bar-fill")?.setAttribute("y", String(100 - bar.share * 100));
    slot.querySelector(".bar-fill")?.setAttribute("height", String(bar.share * 100));
    slot.children[2].textContent = bar.word;
  }
}

function showClock() {
  const clock = part("clock");
  if (!clock) return;
  const seconds = isRunning ? Math.floor((performance.now() - startedAt) / 1000) : 0;
  const words = [Math.floor(seconds / 60), seconds % 60].map((each) => String(each).padStart(2, "0")).join(":");
  if (clock.textContent !== words) clock.textContent = words;
}

/** @param {SubmitEvent} event */
async function send(event) {
  const form = event.currentTarget;
  if (!(form instanceof HTMLFormElement)) return;
  event.preventDefault();
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form, event.submitter)) fields.append(name, String(value));
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields, headers: { Accept: "application/json" } });
    if (answer.status === 401) location.reload();
  } catch {
    showNotices([{ title: "The unit cannot be reached", sentence: "Use the button at the unit." }]);
  }
}

const following = new EventSource("/live");
following.addEventListener("view", (event) => show(JSON.parse(event.data)));
following.addEventListener("over", () => {
  following.close();
  location.reload();
});
following.addEventListener("error", () => {
  isRunning = false;
  showNotices([{ title: "The unit cannot be reached", sentence: "This page tries again. The button at the unit works without it." }]);
});
addEventListener("submit", (event) => {
  if (!event.defaultPrevented) isLeaving = true;
});
const form = part("do");
if (form instanceof HTMLFormElement) form.addEventListener("submit", send);
setInterval(showClock, 250);
