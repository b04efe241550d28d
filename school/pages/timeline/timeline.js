/**
 * `<talk-timeline>`: a lesson's talk and waits, to look at, to zoom into and to steer the player with.
 *
 *     timeline.show(account, duration)   timeline.goal = 5   timeline.time = 76.4   timeline.choose(event_id)
 *     timeline.stretch = [16, 24]        marked              timeline.shared = [[16, 24]]   all that somebody was given
 *
 *     event "seek"    detail.time   somebody wants to be there
 *     event "choose"  detail.wait   somebody chose a dot
 *     event "comment" detail.id     somebody chose a comment; timeline.comments = [{ id, at, end, label }] are its marks
 *
 * For a keyboard and a screen reader it is one slider over time. Every drag has a way without dragging: the buttons
 * inside the element (data-do="in|out|earlier|later|whole") and the keys + - for the view, arrows for the playhead.
 * The drawing itself is in draw.js, the arithmetic in scale.js; the table of waits below it is its equivalent in words.
 */

import { clock, spokenClock } from "../lesson/clock.js";
import { CommentRow } from "./comments.js";
import { LANES, PHASE_WORDS, drawLesson, drawNow, laneWidth, rows } from "./draw.js";
import { following, inside, isWhole, panned, toSeconds, wholeLesson, zoomed } from "./scale.js";

/** @typedef {import("../lesson/talk.js").Account} Account */
/** @typedef {import("../lesson/talk.js").WaitTime} WaitTime */
/** @typedef {import("../player/window.js").Range} Range */

const COLOURS = /** @type {const} */ (["teacher", "pupils", "group", "quiet", "accent", "accent-soft", "ink", "muted", "line", "lane", "panel", "ground"]);
const ROLE_WORDS = {
  teacher: "you speaking",
  pupil: "a pupil speaking",
  overlap: "voices at once",
  choral: "the class together",
  group: "group work",
  silence: "quiet",
  noise: "quiet",
  av: "film or recording",
  unknown: "could not hear",
};
const DRAG_FROM = 4; // pixels: less is a click with an unsteady hand

export class TalkTimeline extends HTMLElement {
  /** @type {Account} */ #account = { duration_s: 0, states: [], phases: [], waits: [], summary: null };
  #duration = 1;
  #goal = 5;
  #view = wholeLesson(1);
  /** @type {number|null} */ #time = null;
  /** @type {string|null} */ #chosen = null;
  /** @type {string|null} */ #hovered = null;
  /** @type {Range|null} */ #stretch = null;
  /** @type {Range[]|null} */ #shared = null;
  /** @type {HTMLElement} */ #stage = document.createElement("div");
  /** @type {HTMLElement} */ #slider = document.createElement("div");
  /** @type {HTMLElement} */ #probe = document.createElement("span");
  #base = document.createElement("canvas");
  #over = document.createElement("canvas");
  /** @type {import("./draw.js").Scene|null} */ #scene = null;
  #comments = new CommentRow((id) => this.dispatchEvent(new CustomEvent("comment", { detail: { id } })));
  #isDrawn = true;
  #abort = new AbortController();

  connectedCallback() {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#build();
    new ResizeObserver(() => this.#redraw()).observe(this.#stage);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#redraw(), { signal });
    // Paper is light whatever the screen is; the class makes the tokens so before the canvas is drawn for it.
    let onScreen = this.#view;
    const paper = (/** @type {boolean} */ on) => {
      document.documentElement.classList.toggle("paper", on);
      if (on) onScreen = this.#view;
      this.#view = on ? wholeLesson(this.#duration) : inside(onScreen, this.#duration);
      this.#drawNow();
    };
    addEventListener("beforeprint", () => paper(true), { signal });
    addEventListener("afterprint", () => paper(false), { signal });
    document.fonts.ready.then(() => this.#redraw());
    this.addEventListener("click", (event) => this.#onButton(event), { signal });
    this.#slider.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    this.#slider.addEventListener("pointerdown", (event) => this.#onPointer(event), { signal });
    this.#slider.addEventListener("pointermove", (event) => this.#onHover(event), { signal });
    this.#slider.addEventListener("pointerleave", () => this.#hover(null), { signal });
    this.#slider.addEventListener("wheel", (event) => this.#onWheel(event), { signal, passive: false });
  }

  disconnectedCallback() {
    this.#abort.abort();
  }

  /**
   * Draw this account.
   * @param {Account} account
   * @param {number} duration seconds; may grow while a lesson is recorded
   */
  show(account, duration) {
    const wasWhole = isWhole(this.#view, this.#duration);
    this.#account = account;
    this.#duration = Math.max(1, duration);
    this.#view = wasWhole ? wholeLesson(this.#duration) : inside(this.#view, this.#duration);
    this.#redraw();
    this.#tell();
  }

  /** The teacher's own goal, in seconds. */
  get goal() {
    return this.#goal;
  }

  set goal(seconds) {
    this.#goal = seconds;
    this.#redraw();
  }

  /** Where the player is, or null before it knows. */
  get time() {
    return this.#time;
  }

  set time(seconds) {
    const before = this.#time;
    this.#time = seconds;
    // Who looks elsewhere while the lesson plays is not pulled back; a playhead that was in view is followed, a jump too.
    const wasSeen = before !== null && before >= this.#view.from && before <= this.#view.to;
    const isJump = before === null || seconds === null || Math.abs(seconds - before) > 1.5;
    const view = seconds !== null && (wasSeen || isJump) ? following(this.#view, seconds, this.#duration) : this.#view;
    if (view !== this.#view) {
      this.#view = view;
      this.#redraw();
    } else this.#drawOver();
    this.#tell();
  }

  /** The seconds that are marked, or null. */
  get stretch() {
    return this.#stretch;
  }

  set stretch(range) {
    this.#stretch = range;
    this.#drawOver();
  }

  /** The seconds that somebody was given, in order; null when she has all. */
  get shared() {
    return this.#shared;
  }

  set shared(ranges) {
    this.#shared = ranges;
    this.#redraw();
    this.#tell();
  }

  /** What is in view, in seconds. */
  get view() {
    return this.#view;
  }

  /** Where the dots are, in pixels of the slider: for tests, and for whoever wants to point at one. */
  get dots() {
    this.#drawNow();
    return (this.#scene?.dots ?? []).map(({ x, y, wait }) => ({ x, y, event_id: wait.event_id }));
  }

  /**
   * Ring a wait and bring it into view.
   * @param {string|null} eventId
   */
  choose(eventId) {
    this.#chosen = eventId;
    const wait = this.#account.waits.find((candidate) => candidate.event_id === eventId);
    if (wait) {
      const view = following(this.#view, wait.t_end_s, this.#duration);
      if (view !== this.#view) {
        this.#view = view;
        this.#redraw();
      }
    }
    this.#drawOver();
  }

  /** @param {import("./comments.js").Mark[]} marks in order of time */
  set comments(marks) {
    this.#comments.marks = marks;
    this.#redraw();
  }

  /**
   * Show which comment was chosen.
   * @param {string|null} id
   */
  chooseComment(id) {
    this.#comments.chosen = id;
    this.#redraw();
  }

  #build() {
    this.#stage.className = "timeline-stage";
    this.#probe.className = "timeline-probe";
    this.#slider.className = "timeline-slider";
    this.#slider.tabIndex = 0;
    this.#slider.setAttribute("role", "slider");
    this.#slider.setAttribute("aria-label", "Where in the lesson");
    this.#slider.setAttribute("aria-valuemin", "0");
    this.#base.setAttribute("aria-hidden", "true");
    this.#over.setAttribute("aria-hidden", "true");
    const labels = document.createElement("div");
    labels.className = "timeline-labels";
    labels.setAttribute("aria-hidden", "true");
    for (const [name, text] of [["overview", "Whole lesson"], ["comments", "Comments"], ["phases", "Phases"], ...LANES.map((lane) => [lane.name, lane.label]), ["waits", "Pauses"], ["waits-note", "after you spoke"]]) {
      const label = document.createElement("span");
      label.className = `timeline-label timeline-label-${name}`;
      label.textContent = text;
      labels.append(label);
    }
    this.#stage.replaceChildren(this.#base, labels, this.#over, this.#slider, this.#comments.element, this.#probe);
    (this.querySelector("[data-part=stage]") ?? this).replaceChildren(this.#stage);
    this.#tell();
  }

  #redraw() {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    requestAnimationFrame(() => this.#drawNow());
  }

  #drawNow() {
    this.#isDrawn = true;
    const width = this.#stage.clientWidth;
    if (!width) return;
    const style = getComputedStyle(this.#stage);
    const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    const place = rows(unit);
    const gutter = parseFloat(style.getPropertyValue("--gutter")) * 16 * unit || 100;
    this.#stage.style.height = `${place.height}px`;
    this.#placeLabels(place, gutter);
    for (const canvas of [this.#base, this.#over]) {
      const ratio = devicePixelRatio || 1;
      const [wide, high] = [Math.round(width * ratio), Math.round(place.height * ratio)];
      if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
      canvas.style.width = `${width}px`;
      canvas.style.height = `${place.height}px`;
      canvas.getContext("2d")?.setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    this.#scene = {
      account: this.#account,
      duration: this.#duration,
      view: this.#view,
      goal: this.#goal,
      width,
      gutter,
      unit,
      colours: this.#colours(),
      font: style.fontFamily,
      shared: this.#shared,
      dots: [],
    };
    const ctx = this.#base.getContext("2d");
    if (ctx) drawLesson(ctx, this.#scene);
    this.#comments.draw({ view: this.#view, width: laneWidth(this.#scene), gutter, ...place.comments, unit });
    this.#drawOver();
    this.#offer();
  }

  #drawOver() {
    const ctx = this.#over.getContext("2d");
    if (ctx && this.#scene) drawNow(ctx, this.#scene, { time: this.#time, chosen: this.#chosen, hovered: this.#hovered, stretch: this.#stretch });
  }

  /**
   * @param {ReturnType<typeof rows>} place
   * @param {number} gutter
   */
  #placeLabels(place, gutter) {
    const row = { overview: place.overview, comments: place.comments, phases: place.phases, waits: { top: place.waits.top + 8, height: 18 }, "waits-note": { top: place.waits.top + 28, height: 34 } };
    const all = { ...row, ...Object.fromEntries(LANES.map((lane, n) => [lane.name, place.lanes[n]])) };
    for (const [name, { top, height }] of Object.entries(all)) {
      const label = /** @type {HTMLElement|null} */ (this.#stage.querySelector(`.timeline-label-${name}`));
      if (!label) continue;
      label.style.top = `${top}px`;
      label.style.height = `${height}px`;
      label.style.width = `${gutter - 8}px`;
    }
  }

  /** @returns {import("./draw.js").Colours} */
  #colours() {
    // A canvas cannot read light-dark(): the browser resolves each token for us on a hidden element.
    const entries = COLOURS.map((name) => {
      this.#probe.style.color = `var(--${name})`;
      return [name, getComputedStyle(this.#probe).color];
    });
    return Object.fromEntries(entries);
  }

  /** Switch off what would do nothing. */
  #offer() {
    const whole = isWhole(this.#view, this.#duration);
    const disabled = {
      out: whole,
      whole,
      earlier: whole || this.#view.from <= 0,
      later: whole || this.#view.to >= this.#duration,
      in: this.#view.to - this.#view.from <= Math.min(8, this.#duration) + 0.01,
    };
    for (const [name, off] of Object.entries(disabled)) {
      this.querySelector(`[data-do=${name}]`)?.setAttribute("aria-disabled", String(off));
    }
  }

  #tell() {
    const time = this.#time ?? 0;
    this.#slider.setAttribute("aria-valuemax", this.#duration.toFixed(1));
    this.#slider.setAttribute("aria-valuenow", time.toFixed(1));
    const state = this.#account.states.find((candidate) => candidate.start_s <= time && time < candidate.end_s);
    const phase = this.#account.phases.find((candidate) => candidate.start_s <= time && time < candidate.end_s);
    const words = [`${spokenClock(time)} of ${spokenClock(this.#duration)}`];
    if (state) words.push(ROLE_WORDS[state.role]);
    if (this.#shared && !this.#shared.some(([from, to]) => from <= time && time < to)) words.push("not shared with you");
    if (phase) words.push(PHASE_WORDS[phase.phase].toLowerCase());
    this.#slider.setAttribute("aria-valuetext", words.join(", "));
  }

  /** @param {number} factor @param {number} [around] */
  #zoom(factor, around) {
    const middle = (this.#view.from + this.#view.to) / 2;
    const isPlayheadSeen = this.#time !== null && this.#time >= this.#view.from && this.#time <= this.#view.to;
    this.#view = zoomed(this.#view, factor, around ?? (isPlayheadSeen ? /** @type {number} */ (this.#time) : middle), this.#duration);
    this.#redraw();
  }

  /** @param {number} by */
  #pan(by) {
    this.#view = panned(this.#view, by, this.#duration);
    this.#redraw();
  }

  /** @param {Event} event */
  #onButton(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const span = this.#view.to - this.#view.from;
    const what = button.getAttribute("data-do");
    if (what === "in") this.#zoom(2);
    if (what === "out") this.#zoom(0.5);
    if (what === "earlier") this.#pan(-span / 2);
    if (what === "later") this.#pan(span / 2);
    if (what === "whole") {
      this.#view = wholeLesson(this.#duration);
      this.#redraw();
    }
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const time = this.#time ?? 0;
    /** @type {Record<string, number>} */
    const to = { ArrowLeft: time - 5, ArrowDown: time - 5, ArrowRight: time + 5, ArrowUp: time + 5, PageDown: time - 60, PageUp: time + 60, Home: 0, End: this.#duration };
    if (event.key in to) this.#seek(to[event.key]);
    else if (event.key === "+" || event.key === "=") this.#zoom(2);
    else if (event.key === "-") this.#zoom(0.5);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {WheelEvent} event */
  #onWheel(event) {
    const scene = this.#scene;
    if (!scene) return;
    if (event.ctrlKey) {
      event.preventDefault();
      this.#zoom(Math.exp(-event.deltaY / 240), this.#secondsAt(event));
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      const pixels = event.deltaX || event.deltaY;
      this.#pan((pixels / laneWidth(scene)) * (this.#view.to - this.#view.from));
    }
  }

  /** @param {PointerEvent} event */
  #onPointer(event) {
    const scene = this.#scene;
    if (!scene || event.button !== 0) return;
    const place = rows(scene.unit);
    const inOverview = event.offsetY < place.overview.top + place.overview.height + 6;
    const [startX, view] = [event.offsetX, this.#view];
    const span = view.to - view.from;
    const perPixel = (inOverview ? this.#duration : span) / laneWidth(scene);
    const wasInBrush = inOverview && Math.abs(this.#overviewSeconds(event) - (view.from + view.to) / 2) <= span / 2;
    let isDrag = false;
    const drag = new AbortController();
    const move = (/** @type {PointerEvent} */ moved) => {
      const by = moved.offsetX - startX;
      isDrag ||= Math.abs(by) > DRAG_FROM;
      if (!isDrag) return;
      const seconds = by * perPixel;
      if (inOverview && isWhole(view, this.#duration)) {
        // Draw a new window in the strip.
        const [a, b] = [this.#overviewSeconds(event), this.#overviewSeconds(event) + seconds];
        this.#view = inside({ from: Math.min(a, b), to: Math.max(a, b) }, this.#duration);
      } else this.#view = inside({ from: view.from + (inOverview ? seconds : -seconds), to: view.to + (inOverview ? seconds : -seconds) }, this.#duration);
      this.#redraw();
    };
    const up = () => {
      drag.abort();
      if (isDrag) return;
      if (!inOverview) this.#click(event);
      else if (isWhole(view, this.#duration) || wasInBrush) this.#seek(this.#overviewSeconds(event));
      else {
        this.#view = inside({ from: this.#overviewSeconds(event) - span / 2, to: this.#overviewSeconds(event) + span / 2 }, this.#duration);
        this.#redraw();
      }
    };
    this.#slider.setPointerCapture(event.pointerId);
    this.#slider.addEventListener("pointermove", move, { signal: drag.signal });
    this.#slider.addEventListener("pointerup", up, { signal: drag.signal });
    this.#slider.addEventListener("pointercancel", () => drag.abort(), { signal: drag.signal });
  }

  /** @param {PointerEvent} event */
  #onHover(event) {
    this.#hover(this.#dotAt(event)?.event_id ?? null);
  }

  /** @param {string|null} eventId */
  #hover(eventId) {
    if (eventId === this.#hovered) return;
    this.#hovered = eventId;
    const wait = this.#account.waits.find((candidate) => candidate.event_id === eventId);
    this.#slider.title = wait ? `${clock(wait.t_end_s)}, ${Math.max(0, wait.offered_wait_s).toFixed(1)} s` : "";
    this.#slider.classList.toggle("is-over-dot", eventId !== null);
    this.#drawOver();
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const wait = this.#dotAt(event);
    if (!wait) {
      if (event.offsetX >= (this.#scene?.gutter ?? 0)) this.#seek(this.#secondsAt(event));
      return;
    }
    this.choose(wait.event_id);
    this.dispatchEvent(new CustomEvent("choose", { detail: { wait } }));
  }

  /**
   * The wait whose dot is near the pointer: anywhere on its stem, 12 pixels to either side.
   * @param {MouseEvent} event
   * @returns {WaitTime|null}
   */
  #dotAt(event) {
    const scene = this.#scene;
    if (!scene) return null;
    const { waits } = rows(scene.unit);
    if (event.offsetY < waits.top - 4 || event.offsetY > waits.top + waits.height + 4) return null;
    const near = scene.dots
      .map((dot) => ({ dot, far: Math.hypot(dot.x - event.offsetX, (dot.y - event.offsetY) / 4) }))
      .filter(({ dot }) => Math.abs(dot.x - event.offsetX) <= 12 * scene.unit)
      .sort((a, b) => a.far - b.far);
    return near[0]?.dot.wait ?? null;
  }

  /** @param {MouseEvent} event */
  #secondsAt(event) {
    const scene = this.#scene;
    return scene ? toSeconds(this.#view, laneWidth(scene), event.offsetX - scene.gutter) : 0;
  }

  /** @param {MouseEvent} event */
  #overviewSeconds(event) {
    const scene = this.#scene;
    return scene ? ((event.offsetX - scene.gutter) / laneWidth(scene)) * this.#duration : 0;
  }

  /** @param {number} seconds */
  #seek(seconds) {
    const time = Math.min(Math.max(0, seconds), this.#duration);
    this.dispatchEvent(new CustomEvent("seek", { detail: { time } }));
  }
}

customElements.define("talk-timeline", TalkTimeline);
