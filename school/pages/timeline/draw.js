/**
 * Draws a lesson's talk and its waits on a canvas.
 *
 *     Whole lesson  ▁▂▅▂▁▃▅▅▅▂▁     overview, with the view as a window in it
 *     Comments        ▾    ▾         threads of comments (comments.js)
 *     Marks             ⚑    ‖––‖    bookmarks, and pauses of the recording
 *     Phases        [Whole class  ][Pair or group talk ][Whole class]
 *     Teacher       ▪▪▪ ▪ ▪▪▪▪
 *     Pupils           ▪   ▪
 *     Group work                    ▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪
 *     Quiet            ▪ ▪ ▪
 *     Pauses       6 s  ●
 *                  5 s -|-○- - - - - - - - - - - - - the goal
 *                       | |
 *                  0:00        1:00        2:00
 *
 * Filled dot: reached the goal; half filled: about the goal; hollow: shorter; diamond: drawn but not counted.
 * Shape says everything that colour says. Nothing here knows about pointers, keys or playing.
 */

import { clock } from "../lesson/clock.js";
import { isCounted, reach } from "../lesson/waits.js";
import { ticks, toPixels, topOfWaits } from "./scale.js";

/** @typedef {import("../lesson/talk.js").Account} Account */
/** @typedef {import("../lesson/talk.js").WaitTime} WaitTime */
/** @typedef {import("./scale.js").View} View */
/** @typedef {import("../player/window.js").Range} Range */
/** @typedef {{top: number, height: number}} Row */
/** @typedef {Record<"teacher"|"pupils"|"group"|"quiet"|"accent"|"accent-soft"|"ink"|"muted"|"line"|"lane"|"panel"|"ground", string>} Colours */
/**
 * @typedef {object} Scene
 * @property {Account} account
 * @property {number} duration
 * @property {View} view
 * @property {number} goal
 * @property {number} width pixels of the whole canvas
 * @property {number} gutter pixels left of the lanes
 * @property {number} unit pixels in a sixteenth of the text size
 * @property {Colours} colours
 * @property {string} font
 * @property {Range[]|null} shared the seconds that somebody was given; null when she has all
 * @property {{x: number, y: number, wait: WaitTime}[]} dots where the dots went; filled by drawing
 */

/** @type {Record<import("../lesson/talk.js").PhaseName, string>} */
export const PHASE_WORDS = {
  whole_class: "Whole class",
  group: "Pair or group talk",
  silent_work: "Silent work",
  av: "Film or recording",
  transition: "Changing over",
  unknown: "Could not hear",
};

/** @type {{name: "teacher"|"pupils"|"group"|"quiet", label: string, roles: import("../lesson/talk.js").Role[]}[]} */
export const LANES = [
  { name: "teacher", label: "Teacher", roles: ["teacher", "overlap"] },
  { name: "pupils", label: "Pupils", roles: ["pupil", "choral", "overlap"] },
  { name: "group", label: "Group work", roles: ["group"] },
  { name: "quiet", label: "Quiet", roles: ["silence", "noise"] },
];

/** Space kept free on the right, so that a dot at the very end is whole. */
export const MARGIN = 8;

/**
 * Where the rows are, from the top.
 * @param {number} unit
 */
export function rows(unit) {
  const px = (/** @type {number} */ n) => Math.round(n * unit);
  const overview = { top: px(4), height: px(24) };
  const comments = { top: px(32), height: px(26) };
  const marks = { top: px(59), height: px(10) };
  const phases = { top: px(70), height: px(22) };
  const lanes = LANES.map((_, n) => ({ top: px(98 + n * 24), height: px(18) }));
  const waits = { top: px(206), height: px(132) };
  return { overview, comments, marks, phases, lanes, waits, axis: { top: px(342), height: px(22) }, height: px(366) };
}

/**
 * Draw everything that does not move while the lesson plays.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 */
export function drawLesson(ctx, scene) {
  const place = rows(scene.unit);
  ctx.clearRect(0, 0, scene.width, place.height);
  drawOverview(ctx, scene, place.overview);
  ctx.save();
  ctx.beginPath();
  ctx.rect(scene.gutter, 0, laneWidth(scene), place.height);
  ctx.clip();
  drawMarks(ctx, scene, place.marks);
  drawPhases(ctx, scene, place.phases);
  LANES.forEach((lane, n) => drawLane(ctx, scene, place.lanes[n], lane));
  drawUnheard(ctx, scene, place.lanes[0].top, place.lanes[3].top + place.lanes[3].height);
  ctx.restore();
  drawWaits(ctx, scene, place.waits);
  drawNotShared(ctx, scene, place);
  drawAxis(ctx, scene, place);
}

/**
 * Draw the playhead and the ring around the chosen wait.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {{time: number|null, chosen: string|null, hovered: string|null, stretch: Range|null}} now
 */
export function drawNow(ctx, scene, now) {
  const place = rows(scene.unit);
  ctx.clearRect(0, 0, scene.width, place.height);
  if (now.stretch) drawStretch(ctx, scene, place, now.stretch);
  for (const dot of scene.dots) {
    const isChosen = dot.wait.event_id === now.chosen;
    if (!isChosen && dot.wait.event_id !== now.hovered) continue;
    ctx.strokeStyle = scene.colours.ink;
    ctx.lineWidth = isChosen ? 2.5 : 1.5;
    ctx.beginPath();
    ctx.arc(dot.x, dot.y, 8.5 * scene.unit, 0, 2 * Math.PI);
    ctx.stroke();
  }
  if (now.time === null) return;
  ctx.fillStyle = scene.colours.ink;
  const over = scene.gutter + (now.time / Math.max(1, scene.duration)) * laneWidth(scene);
  ctx.fillRect(Math.round(over) - 1, place.overview.top - 3, 2, place.overview.height + 6);
  const x = scene.gutter + toPixels(scene.view, laneWidth(scene))(now.time);
  if (x < scene.gutter - 1 || x > scene.gutter + laneWidth(scene) + 1) return;
  const bottom = place.waits.top + place.waits.height;
  ctx.fillRect(Math.round(x) - 1, place.phases.top - 6, 2, bottom - place.phases.top + 6);
  ctx.beginPath();
  ctx.moveTo(x - 5, place.phases.top - 9);
  ctx.lineTo(x + 5, place.phases.top - 9);
  ctx.lineTo(x, place.phases.top - 2);
  ctx.fill();
}

/**
 * A stretch that is marked: a band from the marks to the pauses, and where it lies in the whole lesson.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {ReturnType<typeof rows>} place
 * @param {Range} stretch
 */
function drawStretch(ctx, scene, place, [from, to]) {
  const width = laneWidth(scene);
  const x = toPixels(scene.view, width);
  const bottom = place.waits.top + place.waits.height;
  const [left, right] = [Math.max(0, x(from)), Math.min(width, x(to))];
  ctx.fillStyle = scene.colours.accent;
  ctx.fillRect(scene.gutter + (from / scene.duration) * width, place.overview.top + place.overview.height, Math.max(3, ((to - from) / scene.duration) * width), 3);
  if (right <= left) return;
  ctx.globalAlpha = 0.16;
  ctx.fillRect(scene.gutter + left, place.marks.top, right - left, bottom - place.marks.top);
  ctx.globalAlpha = 1;
  for (const edge of [x(from), x(to)]) {
    if (edge >= 0 && edge <= width) ctx.fillRect(scene.gutter + edge - 1, place.marks.top, 2, bottom - place.marks.top);
  }
}

/**
 * What somebody with a clip was not given: a plain ground without lanes, and the words where they fit.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {ReturnType<typeof rows>} place
 */
function drawNotShared(ctx, scene, place) {
  if (!scene.shared) return;
  const width = laneWidth(scene);
  const x = toPixels(scene.view, width);
  const bottom = place.waits.top + place.waits.height;
  let from = 0;
  for (const [start, end] of [...scene.shared, /** @type {Range} */ ([scene.duration, scene.duration])]) {
    const [left, right] = [Math.max(0, x(from)), Math.min(width, x(start))];
    ctx.fillStyle = scene.colours.ground;
    ctx.fillRect(scene.gutter + (from / scene.duration) * width, place.overview.top, ((start - from) / scene.duration) * width, place.overview.height);
    if (right > left) {
      ctx.fillRect(scene.gutter + left, place.marks.top, right - left, bottom - place.marks.top);
      ctx.fillStyle = scene.colours.muted;
      ctx.font = `500 ${13 * scene.unit}px ${scene.font}`;
      [ctx.textAlign, ctx.textBaseline] = ["center", "middle"];
      const words = fitted(ctx, "Not shared", right - left - 12);
      if (words) ctx.fillText(words, scene.gutter + (left + right) / 2, (place.marks.top + bottom) / 2);
    }
    from = end;
  }
}

/**
 * Pixels from the first to the last second in view.
 * @param {Scene} scene
 */
export function laneWidth(scene) {
  return Math.max(1, scene.width - scene.gutter - MARGIN);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {Row} row
 */
function drawOverview(ctx, scene, row) {
  const width = laneWidth(scene);
  ctx.fillStyle = scene.colours.lane;
  ctx.fillRect(scene.gutter, row.top, width, row.height);
  const columns = Math.max(1, Math.floor(width / 3));
  const shares = columnShares(scene.account.states, scene.duration, columns);
  const [from, to] = [scene.view.from / scene.duration, scene.view.to / scene.duration];
  for (let n = 0; n < columns; n += 1) {
    let bottom = row.top + row.height;
    const middle = (n + 0.5) / columns;
    ctx.globalAlpha = middle >= from && middle <= to ? 1 : 0.3;
    for (const name of /** @type {const} */ (["teacher", "pupils", "group"])) {
      const height = shares[name][n] * row.height;
      ctx.fillStyle = scene.colours[name];
      ctx.fillRect(scene.gutter + (n * width) / columns, bottom - height, width / columns - 0.6, height);
      bottom -= height;
    }
  }
  ctx.globalAlpha = 1;
  if (from <= 0 && to >= 1) return;
  ctx.strokeStyle = scene.colours.ink;
  ctx.lineWidth = 2;
  ctx.strokeRect(scene.gutter + from * width, row.top - 2, Math.max(4, (to - from) * width), row.height + 4);
}

/**
 * How much of each column of the overview belongs to whom.
 * @param {import("../lesson/talk.js").State[]} states
 * @param {number} duration
 * @param {number} columns
 */
export function columnShares(states, duration, columns) {
  const shares = { teacher: new Float64Array(columns), pupils: new Float64Array(columns), group: new Float64Array(columns) };
  const span = Math.max(1e-9, duration) / columns;
  for (const state of states) {
    const names = LANES.filter((lane) => lane.name !== "quiet" && lane.roles.includes(state.role)).map((lane) => lane.name);
    const first = Math.max(0, Math.floor(state.start_s / span));
    const last = Math.min(columns - 1, Math.floor(state.end_s / span));
    for (let n = first; names.length && n <= last; n += 1) {
      const inside = Math.min(state.end_s, (n + 1) * span) - Math.max(state.start_s, n * span);
      // Two voices at once share the column, so that it never grows over its top.
      for (const name of names) shares[/** @type {"teacher"|"pupils"|"group"} */ (name)][n] += Math.max(0, inside) / span / names.length;
    }
  }
  return shares;
}

/**
 * A flag for each bookmark, its pole at the moment; two strokes and a line between them for a pause.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {Row} row
 */
function drawMarks(ctx, scene, row) {
  const x = toPixels(scene.view, laneWidth(scene));
  const bottom = row.top + row.height;
  for (const mark of scene.account.marks ?? []) {
    const left = scene.gutter + x(mark.start_s);
    if (mark.kind === "bookmark") {
      ctx.fillStyle = scene.colours.ink;
      ctx.fillRect(left - 0.75, row.top, 1.5, row.height);
      ctx.beginPath();
      ctx.moveTo(left, row.top);
      ctx.lineTo(left + 9 * scene.unit, row.top + row.height * 0.3);
      ctx.lineTo(left, row.top + row.height * 0.6);
      ctx.fill();
      continue;
    }
    const right = scene.gutter + x(mark.end_s ?? scene.duration);
    ctx.fillStyle = scene.colours.muted;
    for (const at of [left, right]) ctx.fillRect(at - 1, row.top, 2, row.height);
    ctx.fillRect(left, bottom - row.height / 2 - 0.5, right - left, 1);
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {Row} row
 */
function drawPhases(ctx, scene, row) {
  const x = toPixels(scene.view, laneWidth(scene));
  ctx.font = `500 ${11.5 * scene.unit}px ${scene.font}`;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  for (const span of scene.account.phases) {
    const [left, right] = [Math.max(0, x(span.start_s)), Math.min(laneWidth(scene), x(span.end_s))];
    if (right - left < 1) continue;
    ctx.fillStyle = scene.colours["accent-soft"];
    ctx.fillRect(scene.gutter + left, row.top, Math.max(1, right - left - 1.5), row.height);
    ctx.fillStyle = scene.colours.ink;
    const words = fitted(ctx, PHASE_WORDS[span.phase], right - left - 14);
    if (words) ctx.fillText(words, scene.gutter + left + 7, row.top + row.height / 2 + 0.5);
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {Row} row
 * @param {{name: "teacher"|"pupils"|"group"|"quiet", roles: import("../lesson/talk.js").Role[]}} lane
 */
function drawLane(ctx, scene, row, lane) {
  const x = toPixels(scene.view, laneWidth(scene));
  ctx.fillStyle = scene.colours.lane;
  ctx.fillRect(scene.gutter, row.top, laneWidth(scene), row.height);
  ctx.fillStyle = scene.colours[lane.name];
  for (const state of scene.account.states) {
    if (!lane.roles.includes(state.role) || state.end_s < scene.view.from || state.start_s > scene.view.to) continue;
    const left = x(state.start_s);
    const width = x(state.end_s) - left;
    ctx.beginPath();
    if (width > 6) ctx.roundRect(scene.gutter + left, row.top, width - 0.5, row.height, Math.min(3, width / 3));
    else ctx.rect(scene.gutter + left, row.top, Math.max(0.7, width), row.height);
    ctx.fill();
  }
}

/**
 * Hatch over all lanes where we could not hear, or a film was playing: no lane may claim that time.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {number} top
 * @param {number} bottom
 */
function drawUnheard(ctx, scene, top, bottom) {
  const x = toPixels(scene.view, laneWidth(scene));
  ctx.strokeStyle = scene.colours.muted;
  ctx.lineWidth = 1;
  for (const state of scene.account.states) {
    if (state.role !== "unknown" && state.role !== "av") continue;
    const [left, right] = [scene.gutter + x(state.start_s), scene.gutter + x(state.end_s)];
    if (right < scene.gutter || left > scene.width || right - left < 0.7) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, right - left, bottom - top);
    ctx.clip();
    ctx.beginPath();
    const start = Math.max(left, scene.gutter) - (bottom - top);
    for (let at = start; at < Math.min(right, scene.width); at += 6) {
      ctx.moveTo(at, bottom);
      ctx.lineTo(at + (bottom - top), top);
    }
    ctx.stroke();
    ctx.restore();
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {Row} row
 */
function drawWaits(ctx, scene, row) {
  const { account, colours, goal, unit } = scene;
  const top = topOfWaits(account.waits.map((wait) => wait.offered_wait_s), goal);
  const bottom = row.top + row.height;
  const head = 8 * unit; // a dot at the very top is whole
  const y = (/** @type {number} */ seconds) => bottom - (Math.max(0, Math.min(seconds, top)) / top) * (row.height - head);
  drawScaleOfWaits(ctx, scene, y, top);
  const x = toPixels(scene.view, laneWidth(scene));
  scene.dots = [];
  for (const wait of account.waits) {
    const left = x(wait.t_end_s);
    if (left < -2 * scene.width || left > laneWidth(scene) + 1) continue;
    const counted = isCounted(wait);
    const how = reach(wait.offered_wait_s, goal);
    const strong = counted && how !== "short";
    const high = y(wait.offered_wait_s);
    const wide = x(wait.t_end_s + Math.max(0, wait.offered_wait_s)) - left;
    if (wide > 5 && counted) {
      const [from, to] = [Math.max(0, left), Math.min(laneWidth(scene), left + wide)];
      ctx.fillStyle = strong ? colours.accent : colours.quiet;
      ctx.globalAlpha = 0.22;
      if (to > from) ctx.fillRect(scene.gutter + from, high, to - from, bottom - high);
      ctx.globalAlpha = 1;
    }
    if (left < 0) continue;
    ctx.strokeStyle = strong ? colours.accent : colours.muted;
    ctx.lineWidth = 1.25;
    ctx.setLineDash(counted ? [] : [2, 2]);
    ctx.beginPath();
    ctx.moveTo(scene.gutter + left, bottom);
    ctx.lineTo(scene.gutter + left, high);
    ctx.stroke();
    ctx.setLineDash([]);
    scene.dots.push({ x: scene.gutter + left, y: high, wait });
  }
  // Dots over all stems, chosen colours over hollow ones: in a dense row the reached ones stay visible.
  const rank = { short: 0, borderline: 1, reached: 2 };
  const inRank = [...scene.dots].sort((a, b) => rank[reach(a.wait.offered_wait_s, goal)] - rank[reach(b.wait.offered_wait_s, goal)]);
  // Two hundred waits in an hour touch each other: smaller dots keep them countable.
  const size = scene.dots.filter((dot) => dot.x <= scene.width).length * 9 * unit > laneWidth(scene) ? 0.75 : 1;
  for (const dot of inRank) drawDot(ctx, scene, dot, size);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {{x: number, y: number, wait: WaitTime}} dot
 * @param {number} size
 */
function drawDot(ctx, { colours, goal, unit }, { x, y, wait }, size) {
  const how = reach(wait.offered_wait_s, goal);
  ctx.lineWidth = 1.6;
  if (!isCounted(wait)) {
    const r = 4.2 * unit * size;
    ctx.fillStyle = colours.panel;
    ctx.strokeStyle = colours.muted;
    ctx.beginPath();
    ctx.moveTo(x, y - r);
    ctx.lineTo(x + r, y);
    ctx.lineTo(x, y + r);
    ctx.lineTo(x - r, y);
    ctx.closePath();
    ctx.fill();
    ctx.stroke();
    return;
  }
  const r = 4.8 * unit * size;
  ctx.strokeStyle = how === "short" ? colours.muted : colours.accent;
  ctx.fillStyle = how === "reached" ? colours.accent : colours.panel;
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.fill();
  ctx.stroke();
  if (how !== "borderline") return;
  ctx.fillStyle = colours.accent;
  ctx.beginPath();
  ctx.arc(x, y, r, Math.PI / 2, (3 * Math.PI) / 2);
  ctx.fill();
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {(seconds: number) => number} y
 * @param {number} top
 */
function drawScaleOfWaits(ctx, scene, y, top) {
  const { colours, goal, unit } = scene;
  const [left, right] = [scene.gutter, scene.gutter + laneWidth(scene)];
  ctx.font = `500 ${11.5 * unit}px ${scene.font}`;
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  const step = top > 8 ? 4 : 2;
  for (let seconds = 0; seconds <= top; seconds += step) {
    ctx.fillStyle = colours.line;
    ctx.fillRect(left, Math.round(y(seconds)), right - left, 1);
    ctx.fillStyle = colours.muted;
    // The goal has its own label: a tick that would touch it goes without.
    if (Math.abs(y(seconds) - y(goal)) >= 14 * unit) ctx.fillText(`${seconds} s`, left - 7, y(seconds));
  }
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = 1.25;
  ctx.globalAlpha = 0.85;
  ctx.setLineDash([5, 4]);
  ctx.beginPath();
  ctx.moveTo(left, Math.round(y(goal)) + 0.5);
  ctx.lineTo(right, Math.round(y(goal)) + 0.5);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
  ctx.fillStyle = colours.ink;
  ctx.font = `700 ${11.5 * unit}px ${scene.font}`;
  ctx.fillText(`${goal} s`, left - 7, y(goal));
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {{waits: Row, axis: Row}} place
 */
function drawAxis(ctx, scene, place) {
  const width = laneWidth(scene);
  const x = toPixels(scene.view, width);
  ctx.font = `500 ${11.5 * scene.unit}px ${scene.font}`;
  ctx.textBaseline = "top";
  ctx.fillStyle = scene.colours.muted;
  for (const at of ticks(scene.view, width, 76 * scene.unit)) {
    const left = x(at);
    ctx.textAlign = left < 14 ? "left" : left > width - 18 ? "right" : "center";
    ctx.fillRect(scene.gutter + Math.min(width - 1, Math.round(left)), place.waits.top + place.waits.height, 1, 4);
    ctx.fillText(clock(at), scene.gutter + left, place.axis.top + 3 * scene.unit);
  }
}

/**
 * As much of the words as fits, with an ellipsis, or nothing.
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} words
 * @param {number} width
 */
function fitted(ctx, words, width) {
  if (ctx.measureText(words).width <= width) return words;
  for (let length = words.length - 1; length >= 5; length -= 1) {
    const shorter = `${words.slice(0, length).trimEnd()}…`;
    if (ctx.measureText(shorter).width <= width) return shorter;
  }
  return "";
}
