/**
 * The buttons under the picture, and the single keys that do the same.
 *
 *     Space K  play      J L  -10 s +10 s     arrows  -5 s +5 s     N P  next, previous wait     M  mute     F  full screen
 *     I O  mark a stretch from here, to here
 *     C  comment
 *
 * Single keys can be switched off (WCAG 2.1.4): somebody who speaks to the computer would press them by talking. They
 * never work in a field, on a slider, or together with Ctrl, Alt or Meta.
 */

import { part } from "../element.js";
import { clock, spokenClock } from "../lesson/clock.js";

const SWITCH = "waitwise.single-keys";

/**
 * @typedef {object} Steering
 * @property {(seconds: number) => void} seek
 * @property {(direction: 1|-1) => void} step to the next or previous wait
 * @property {(place: 0|1) => void} mark a stretch from here, or to here
 * @property {() => number} start 0, or where the first seconds are that somebody was given
 * @property {() => number} duration
 * @property {() => void} comment write one at this moment
 */

/**
 * What a key asks for, or null.
 * @param {{key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean}} event
 * @returns {string|null}
 */
export function wish(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  /** @type {Record<string, string>} */
  const wishes = { " ": "play", k: "play", j: "back", l: "forward", arrowleft: "little-back", arrowright: "little-forward", n: "next", p: "previous", i: "from", o: "to", m: "mute", f: "full", c: "comment" };
  return wishes[event.key.toLowerCase()] ?? null;
}

/**
 * Let the buttons and keys steer.
 * @param {HTMLElement} element
 * @param {HTMLVideoElement} video
 * @param {Steering} steering
 */
export function makeControls(element, video, steering) {
  const seekbar = /** @type {HTMLInputElement} */ (part("seekbar", element));
  const speed = /** @type {HTMLSelectElement} */ (part("speed", element));
  const shortcuts = /** @type {HTMLInputElement} */ (part("shortcuts"));
  const button = (/** @type {string} */ name) => /** @type {HTMLButtonElement} */ (element.querySelector(`[data-do=${name}]`));

  const isPlayable = () => video.readyState > 0;
  /** @type {Record<string, () => void>} */
  const does = {
    play: () => (video.paused ? void video.play().catch(() => undefined) : video.pause()),
    back: () => steering.seek(video.currentTime - 10),
    forward: () => steering.seek(video.currentTime + 10),
    "little-back": () => steering.seek(video.currentTime - 5),
    "little-forward": () => steering.seek(video.currentTime + 5),
    next: () => steering.step(1),
    previous: () => steering.step(-1),
    from: () => steering.mark(0),
    to: () => steering.mark(1),
    mute: () => (video.muted = !video.muted),
    full: () => void (document.fullscreenElement ? document.exitFullscreen() : element.requestFullscreen()).catch(() => undefined),
  };
  const act = (/** @type {string} */ name) => {
    if (name === "comment") steering.comment();
    else if (isPlayable()) does[name]?.();
  };

  element.addEventListener("click", (event) => {
    const pressed = event.target instanceof Element ? event.target.closest("[data-do]") : null;
    if (pressed) act(pressed.getAttribute("data-do") ?? "");
  });
  video.addEventListener("click", () => act("play"));
  seekbar.addEventListener("input", () => {
    if (isPlayable()) steering.seek(seekbar.valueAsNumber);
  });
  speed.addEventListener("change", () => (video.playbackRate = Number(speed.value)));

  shortcuts.checked = localStorage.getItem(SWITCH) !== "off";
  shortcuts.addEventListener("change", () => localStorage.setItem(SWITCH, shortcuts.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    const name = wish(event);
    if (!name || !shortcuts.checked || event.defaultPrevented || isBusy(event.target, event.key)) return;
    event.preventDefault();
    act(name);
  });

  const showPlaying = () => {
    element.toggleAttribute("data-playing", !video.paused);
    button("play").setAttribute("aria-label", video.paused ? "Play" : "Pause");
  };
  for (const event of ["play", "pause", "ended"]) video.addEventListener(event, showPlaying);
  video.addEventListener("volumechange", () => button("mute").setAttribute("aria-pressed", String(video.muted)));

  return {
    /** Show where the player is. */
    show() {
      const [now, start, all] = [video.currentTime, steering.start(), steering.duration()];
      part("now", element).textContent = clock(now);
      part("all", element).textContent = clock(all);
      seekbar.min = start.toFixed(1);
      seekbar.max = all.toFixed(1);
      seekbar.value = now.toFixed(1);
      seekbar.style.setProperty("--done", `${all > start ? ((now - start) / (all - start)) * 100 : 0}%`);
      seekbar.setAttribute("aria-valuetext", `${spokenClock(now)} of ${spokenClock(all)}`);
    },
  };
}

/**
 * Does the thing with the focus need this key itself?
 * @param {EventTarget|null} target
 * @param {string} key
 */
function isBusy(target, key) {
  if (!(target instanceof Element)) return false;
  if (target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return true;
  // A button is pressed, a summary opened and a list scrolled with these.
  if (key === " ") return target.closest("button, a, summary, input, [role=slider]") !== null;
  return key.startsWith("Arrow") && target.closest("[role=slider], [role=tablist], .waits, .comments, .scroll, [popover]") !== null;
}
