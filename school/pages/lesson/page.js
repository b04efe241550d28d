/**
 * The lesson page: puts its parts together and owns the loop.
 *
 *     locked --five words--> opening --verified--> player + timeline + waits
 *                                                     ^
 *                    recording: evidence, live -------+     complete: the account, from the log
 *
 * What is damaged is named in a sentence at the top of the page; the rest still plays.
 */

import { element, part, warning } from "../element.js";
import { DAY } from "../moments.js";
import { makeControls } from "../player/controls.js";
import { Player } from "../player/player.js";
import { joined } from "../player/window.js";
import { makeTabs } from "../tabs.js";
import "../timeline/timeline.js";
import { sentenceOf } from "../school.js";
import { clock } from "./clock.js";
import { Comments } from "./comments.js";
import { offerDays } from "./days.js";
import { LiveLesson } from "./live.js";
import { showMarks } from "./marks.js";
import { beginningOf, openLesson } from "./open.js";
import { offerProof } from "./proof.js";
import { showSeen } from "./seen.js";
import { offerSharing } from "./share.js";
import { aroundWait, joinedNumbers, numbersOf, offerStretch } from "./stretch.js";
import { showHistogram, showSummary, showUnheard } from "./summary.js";
import { TalkLog } from "./talk.js";
import { markChosen, showDetail, showList, showTable } from "./views.js";
import { isCounted, moment, neighbour } from "./waits.js";

/** @typedef {import("../account/keys.js").Unlocked} Unlocked */
/** @typedef {import("./open.js").OpenedLesson} OpenedLesson */
/** @typedef {import("./source.js").Source} Source */
/** @typedef {import("./talk.js").WaitTime} WaitTime */
/**
 * @typedef {object} Keys where the reader's keys come from
 * @property {() => Promise<Unlocked|null>} here those that are unlocked already
 * @property {(then: (unlocked: Unlocked) => unknown) => void} ask asks her for her words
 */

const GOAL = "waitwise.goal";
const PICTURE_LATEST = 1_000; // milliseconds that the rest of a lesson waits for its first picture
/** @type {Record<string, string>} */
const STATES = { recording: "Recording now", arriving: "Still arriving", discarded: "Thrown away at the unit" };
const GROW_EVERY = 8_000; // milliseconds between looks for new footage of a lesson that is being recorded

export class LessonPage {
  #root = part("lesson");
  #source;
  #keys;
  #element = part("player");
  #video = /** @type {HTMLVideoElement} */ (part("video"));
  #timeline = /** @type {import("../timeline/timeline.js").TalkTimeline} */ (part("timeline"));
  #list = part("waits");
  #goalField = /** @type {HTMLInputElement} */ (part("goal"));
  #log = new TalkLog();
  /** @type {Map<string, HTMLElement>} */ #said = new Map();
  /** @type {import("../player/window.js").Range[]} */ #holes = [];
  /** @type {OpenedLesson|null} */ #lesson = null;
  /** @type {Player|null} */ #player = null;
  /** @type {Comments|null} */ #comments = null;
  /** @type {Promise<any>} */ #answer;
  /** @type {string|null} */ #chosen = null;
  /** @type {ReturnType<typeof offerStretch>|null} */ #stretch = null;
  /** @type {((wait: WaitTime) => void)|null} */ #shareWait = null;
  #isRendered = true;
  #controls;
  #showTab = makeTabs(part("beside"));

  /**
   * @param {Source} source
   * @param {Keys} keys
   */
  constructor(source, keys) {
    this.#source = source;
    this.#keys = keys;
    // Asked for at once, beside the keys: waiting for one after the other would cost the first picture a round trip.
    this.#answer = source.answer();
    this.#answer.catch(() => undefined);
    this.#controls = makeControls(this.#element, this.#video, {
      seek: (seconds) => this.#player?.seek(seconds),
      step: (direction) => this.#step(direction),
      mark: (place) => this.#stretch?.here(place),
      start: () => this.#lesson?.footage.segments[0]?.start ?? 0,
      duration: () => this.#duration(),
      comment: () => this.#comments?.write(),
    });
    this.#listen();
    if (source.isSchool) offerDays(source.id, () => this.#player?.end());
  }

  /** Show the lesson, or ask for the five words first. */
  async start() {
    const open = (/** @type {Unlocked} */ unlocked) => this.#open(unlocked);
    try {
      const unlocked = await this.#keys.here();
      if (unlocked) await this.#open(unlocked);
      else this.#keys.ask(open);
    } catch (error) {
      this.#keys.ask(open);
      part("unlock-says").textContent = sentenceOf(error);
    }
  }

  /** @param {Unlocked} unlocked */
  async #open(unlocked) {
    this.#element.dataset.state = "opening";
    part("screen-words").textContent = "Opening…";
    try {
      const answer = await this.#answer;
      await this.#begin(beginningOf(answer), unlocked);
      this.#lesson = await this.#opened(answer, unlocked, (sentence) => this.#say(sentence));
    } catch (error) {
      this.#player?.stop();
      this.#element.dataset.state = "failed";
      part("screen-words").textContent = "Not opened";
      for (const list of ["waits-empty", "comments-empty"]) part(list).textContent = "The lesson could not be opened.";
      this.#say(sentenceOf(error));
      return;
    }
    part("opened-here").hidden = false;
    await this.#showWhose(this.#lesson, unlocked);
    offerProof(/** @type {HTMLDetailsElement} */ (part("proof")), this.#lesson);
    if (this.#player) this.#player.grow(this.#lesson.footage);
    else this.#play(this.#lesson);
    this.#comment(this.#lesson, unlocked);
    await this.#readLog(this.#lesson);
    if (this.#lesson.isComplete || this.#lesson.clips) return;
    if (this.#source.isSchool) this.#follow(unlocked);
    else this.#say("The end of this lesson is not certain: its manifest.json is not among the files.");
  }

  /**
   * Show the first picture of a long lesson while the rest is being verified.
   * @param {import("./open.js").Answer|null} beginning
   * @param {Unlocked} unlocked
   */
  async #begin(beginning, unlocked) {
    if (!beginning) return;
    let opened;
    try {
      opened = await this.#opened(beginning, unlocked, () => undefined);
    } catch {
      return; // what does not hold in the beginning is said of the whole
    }
    if (!opened.footage.segments.length) return;
    this.#play(opened);
    // The rest would keep this page busy meanwhile. A page that nobody sees is never told of a picture.
    await new Promise((resolve) => {
      this.#player?.addEventListener("shown", resolve, { once: true });
      setTimeout(resolve, PICTURE_LATEST);
    });
  }

  /**
   * @param {import("./open.js").Answer} answer
   * @param {Unlocked} unlocked
   * @param {(sentence: string) => void} say
   */
  #opened(answer, unlocked, say) {
    return openLesson(this.#source.id, answer, unlocked.identity, say, this.#source.segment);
  }

  /** @param {OpenedLesson} lesson */
  #play(lesson) {
    if (!lesson.mime || !lesson.footage.segments.length) {
      part("screen-words").textContent = lesson.isComplete ? "This lesson has no picture and no sound." : "The picture comes when the unit has sent it.";
      return;
    }
    const player = new Player(this.#video, this.#element, { ...lesson.footage, mime: lesson.mime });
    this.#player = player;
    player.addEventListener("unplayable", (event) => {
      const { start, end, error } = /** @type {CustomEvent} */ (event).detail;
      this.#holes = joined([...this.#holes, [start, end]]);
      const where = this.#holes.map(([from, to]) => `${clock(from)} to ${clock(to)}`).join(", ");
      this.#say(`${where} cannot be played and is left out: ${sentenceOf(error)}`, "holes");
    });
    player.addEventListener("stalled", (event) => (part("screen-words").textContent = sentenceOf(/** @type {CustomEvent} */ (event).detail.error)));
    player.addEventListener("failed", (event) => {
      const { sentence } = /** @type {CustomEvent} */ (event).detail;
      part("screen-words").textContent = "Cannot be played";
      this.#say(sentence);
    });
    player.addEventListener("state", () => {
      if (this.#element.dataset.state === "waiting") part("screen-words").textContent = "Fetching…";
      this.#showTime();
    });
    this.#controls.show();
  }

  /**
   * @param {OpenedLesson} lesson
   * @param {Unlocked} unlocked
   */
  #comment(lesson, unlocked) {
    if (lesson.clips || !this.#source.isSchool) {
      part("comments-empty").textContent = lesson.clips ? "Comments are for those who were given the whole lesson." : "Comments stay with the school: they are not among these files.";
      this.#showTab(part("waits-tab"));
      return;
    }
    this.#comments = new Comments(this.#source.id, lesson, unlocked.identity, {
      now: () => this.#video.currentTime,
      seek: (seconds) => this.#player?.seek(seconds),
      show: () => this.#showTab(part("comments-tab")),
      timeline: this.#timeline,
    });
  }

  /**
   * The account stands in the last segment of the log; the others are read only when it is not to be had.
   * @param {OpenedLesson} lesson
   */
  async #readLog(lesson) {
    const indexes = lesson.logIndexes;
    if (lesson.clips) this.#log.feed(joinedNumbers(lesson.clips.map(({ numbers }) => numbers)));
    const feed = async (/** @type {number} */ index) => {
      try {
        this.#log.feed(await lesson.log(index));
      } catch (error) {
        this.#say(`A part of the lesson's log is left out: ${sentenceOf(error)}`);
      }
    };
    if (lesson.isComplete && indexes.length) await feed(/** @type {number} */ (indexes.at(-1)));
    if (!this.#log.isComplete) for (const index of indexes) await feed(index);
    this.#render();
  }

  /**
   * The lesson is being recorded, or still arriving: draw evidence as it comes, and let the player grow.
   * @param {Unlocked} unlocked
   */
  #follow(unlocked) {
    part("live").hidden = false;
    let state = this.#root.dataset.state ?? "recording";
    part("live-words").textContent = STATES[state];
    const live = new LiveLesson(this.#source.id, {
      open: (index, ciphertext) => /** @type {OpenedLesson} */ (this.#lesson).evidence(index, ciphertext),
      heard: (plaintext) => {
        this.#log.feed(plaintext);
        this.#render();
      },
      damaged: () => this.#say("A message of the live evidence was damaged and is left out."),
      changed: (now) => {
        state = now;
        if (state in STATES) part("live-words").textContent = STATES[state];
        if (state !== "recording") void grow();
      },
    });
    let timer = 0;
    const grow = async () => {
      clearTimeout(timer);
      if (this.#lesson?.isComplete || state === "discarded") return;
      try {
        const lesson = await this.#opened(await this.#source.answer(), unlocked, (sentence) => this.#say(sentence));
        this.#lesson = lesson;
        offerProof(/** @type {HTMLDetailsElement} */ (part("proof")), lesson);
        if (this.#player) this.#player.grow(lesson.footage);
        else if (lesson.footage.segments.length) this.#play(lesson);
        if (lesson.isComplete) {
          live.end();
          part("live").hidden = true;
          this.#root.dataset.state = "complete";
          await this.#readLog(lesson);
        }
        this.#render();
      } catch (error) {
        // The next look may succeed; a lesson that stays broken says so when it is opened again.
        console.info(sentenceOf(error));
      }
      clearTimeout(timer);
      if (!this.#lesson?.isComplete) timer = setTimeout(() => void grow(), GROW_EVERY);
    };
    void live.start();
    timer = setTimeout(() => void grow(), GROW_EVERY);
  }

  #listen() {
    showGoal(this.#goalField, storedGoal() ?? 5);
    this.#goalField.addEventListener("change", () => {
      const goal = Math.min(10, Math.max(2, Math.round(this.#goalField.valueAsNumber) || 5));
      localStorage.setItem(GOAL, String(goal));
      showGoal(this.#goalField, goal);
      this.#render();
    });
    this.#timeline.addEventListener("seek", (event) => this.#player?.seek(/** @type {CustomEvent} */ (event).detail.time));
    this.#timeline.addEventListener("choose", (event) => this.#choose(/** @type {CustomEvent} */ (event).detail.wait));
    for (const place of [this.#list, part("table")]) {
      place.addEventListener("click", (event) => {
        const entry = event.target instanceof Element ? event.target.closest("[data-event]") : null;
        const wait = this.#waits().find((candidate) => candidate.event_id === entry?.getAttribute("data-event"));
        if (wait) this.#choose(wait);
      });
    }
    for (const name of ["timeupdate", "seeking", "seeked", "loadedmetadata"]) this.#video.addEventListener(name, () => this.#showTime());
    this.#video.addEventListener("play", () => this.#run());
  }

  /** While it plays, the playhead moves with every picture of the screen. */
  #run() {
    if (this.#video.paused) return;
    this.#showTime();
    requestAnimationFrame(() => this.#run());
  }

  #showTime() {
    this.#controls.show();
    this.#comments?.follow();
    if (this.#video.readyState > 0) this.#timeline.time = this.#video.currentTime;
  }

  /** @param {WaitTime} wait */
  #choose(wait) {
    this.#chosen = wait.event_id;
    this.#player?.seek(moment(wait));
    this.#timeline.choose(wait.event_id);
    const share = element("button", { type: "button", class: "button" }, "Share clip…");
    share.addEventListener("click", () => this.#shareWait?.(wait));
    showDetail(part("detail"), wait, ...(this.#shareWait ? [share] : []));
    markChosen(this.#list, wait.event_id);
  }

  /** @param {1|-1} direction */
  #step(direction) {
    const wait = neighbour(this.#waits(), this.#video.currentTime, direction, this.#chosen);
    if (wait) this.#choose(wait);
  }

  #waits() {
    return this.#log.account().waits;
  }

  #duration() {
    return Math.max(this.#lesson?.footage.duration ?? 0, this.#player ? 0 : this.#log.account().duration_s);
  }

  #goal() {
    return storedGoal() ?? this.#log.account().summary?.waits.goal_s ?? 5;
  }

  /** Once for everything that arrived since the last picture of the screen. */
  #render() {
    if (!this.#isRendered) return;
    this.#isRendered = false;
    requestAnimationFrame(() => {
      this.#isRendered = true;
      this.#renderNow();
    });
  }

  #renderNow() {
    const account = this.#log.account();
    const goal = this.#goal();
    const duration = Math.max(account.duration_s, this.#lesson?.duration ?? 0);
    showGoal(this.#goalField, goal);
    this.#timeline.goal = goal;
    part("goal-words").textContent = `reached your goal of ${goal} s`;
    this.#timeline.show(account, duration);
    showList(this.#list, account.waits, goal, this.#chosen);
    showMarks(part("marks"), account.marks ?? [], (seconds) => this.#player?.seek(seconds));
    showTable(part("table"), account.waits, goal);
    showSummary(part("summary"), account, goal);
    showHistogram(part("histogram"), account, goal);
    showUnheard(part("unheard"), account, duration);
    part("waits-count").textContent = account.waits.length ? `${account.waits.filter(isCounted).length} counted` : "";
    part("waits-empty").hidden = account.waits.length > 0;
    part("waits-empty").textContent = this.#log.isComplete ? "No pause after you spoke was found in this lesson." : "They appear here as they happen.";
    if (this.#lesson?.clips) part("waits-empty").textContent = this.#log.isComplete ? "No pause was found in what was shared with you." : "The numbers were not shared with you.";
    part("length").textContent = duration ? ` · ${clock(duration)}` : "";
    this.#root.dataset.waits = String(account.waits.length);
    this.#root.dataset.account = this.#log.isComplete ? "whole" : "so-far";
    this.#controls.show();
  }

  /**
   * @param {OpenedLesson} lesson
   * @param {Unlocked} unlocked
   */
  async #showWhose(lesson, unlocked) {
    part("sealed-to").hidden = false;
    if (!lesson.isHers) {
      const { shared_by, shared_until } = await this.#answer;
      const what = lesson.clips ? "A clip, shared" : "Shared";
      part("sealed-to-words").textContent = `${shared_by ?? "A colleague"}’s. ${what} with you${shared_until ? ` until ${DAY.format(new Date(shared_until))}` : ""}`;
      this.#timeline.shared = lesson.clips && joined(lesson.clips.map(({ range }) => range));
      showSeen(lesson, shared_by ?? "A colleague");
      return;
    }
    const others = lesson.recipients.filter((role) => role !== "teacher" && role !== "claim");
    const words = others.includes("recovery") ? "Yours. Also open to the school’s recovery key" : others.length ? "Yours. Also open to your coach" : "Yours. Only you can open it";
    part("sealed-to-words").textContent = words;
    if (!this.#source.isSchool) return;
    const numbers = (/** @type {import("../player/window.js").Range} */ range) => (this.#log.isComplete ? numbersOf(this.#log.account(), range) : null);
    const tell = (/** @type {import("./share.js").Shared[]} */ shared) => {
      const open = shared.map(({ name, expires_at, clip }) => `${name}${clip ? ` (${clip})` : ""}${expires_at ? ` until ${DAY.format(new Date(expires_at))}` : ""}`);
      part("sealed-to-words").textContent = open.length ? `Yours. Also open to ${open.length > 2 ? `${new Set(shared.map(({ kid }) => kid)).size} colleagues` : open.join(" and ")}` : words;
    };
    const sharing = offerSharing(this.#source.id, lesson, unlocked.identity, { tell, numbersOf: numbers });
    if (!lesson.isComplete || !lesson.footage.segments.length) return; // a clip of what still arrives could end anywhere
    this.#stretch = offerStretch({
      now: () => this.#video.currentTime,
      duration: () => lesson.footage.duration,
      show: (stretch) => {
        this.#timeline.stretch = stretch;
        sharing.mark(stretch);
      },
      share: () => sharing.shareClip(),
    });
    this.#shareWait = (wait) => {
      this.#stretch?.mark(aroundWait(wait));
      sharing.shareClip();
    };
  }

  /**
   * Say what is wrong, once. What is known better replaces what was said about the same thing.
   * @param {string} sentence
   * @param {string} about
   */
  #say(sentence, about = sentence) {
    const words = this.#said.get(about) ?? element("span");
    if (words.textContent !== sentence) words.textContent = sentence;
    if (this.#said.has(about)) return;
    this.#said.set(about, words);
    part("notices").append(element("p", { class: "notice" }, warning(), words));
  }
}

function storedGoal() {
  const stored = Number(localStorage.getItem(GOAL));
  return stored >= 2 && stored <= 10 ? stored : null;
}

/**
 * @param {HTMLInputElement} field
 * @param {number} goal
 */
function showGoal(field, goal) {
  if (document.activeElement !== field || !field.value) field.value = String(goal);
}
