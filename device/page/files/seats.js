/**
 * Draws no-film seats on a still, with mouse, finger or keyboard. What it draws is a sketch: what is covered is shown by
 * the unit itself, once it is kept (device/page/seats.py).
 *
 *     areas   [[[0, 0.6], [0.4, 0.6], [0.4, 1], [0, 1]], ...]     parts of the picture
 *     sent    "0,0.6 0.4,0.6 0.4,1 0,1;..."
 */

import { NAMESPACE, partOf } from "./parts.js";

/** @typedef {[number, number]} Corner */

/** Parts of the picture that an arrow key moves a corner by; with Shift, the smaller one. */
const STEP = 0.01;
const SMALL_STEP = 0.002;
/** What is nearer to the edge of the picture lies on it: a seat at the edge is never half filmed. */
const EDGE = 0.015;
/** Pixels that a stroke is long, at least. */
const STROKE = 8;
/** Of all areas together: more does not go into a form. */
const MOST_CORNERS = 150;

const stage = partOf("stage");
const corners = partOf("corners");
/** @type {Corner[][]} */
const areas = (stage.dataset.areas || "")
  .split(";")
  .filter(Boolean)
  .map((area) => area.split(" ").map((corner) => /** @type {Corner} */ (corner.split(",").map(Number))));
/** @type {{area: number, corner: number}|null} */
let chosen = null;
/** @type {{area: number, corner: number}|{from: Corner, x: number, y: number, area: number|null}|null} */
let drag = null;

/** @param {number} part */
function within(part) {
  const rounded = Math.round(part * 10000) / 10000;
  if (rounded < EDGE) return 0;
  return rounded > 1 - EDGE ? 1 : rounded;
}

/**
 * @param {PointerEvent} event
 * @returns {Corner}
 */
function place(event) {
  const box = stage.getBoundingClientRect();
  return [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)];
}

/** Make everything anew: areas or corners have come or gone. */
function draw() {
  const polygons = areas.map(() => document.createElementNS(NAMESPACE, "polygon"));
  partOf("drawing").replaceChildren(...polygons);
  const buttons = areas.flatMap((area, number) => area.map((_, corner) => button(number, corner)));
  corners.replaceChildren(...buttons);
  move();
}

/**
 * @param {number} area
 * @param {number} corner
 */
function button(area, corner) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "corner";
  made.addEventListener("focus", () => choose(area, corner));
  made.addEventListener("keydown", (event) => key(event, area, corner));
  made.addEventListener("pointerdown", (event) => {
    event.stopPropagation();
    event.preventDefault();
    made.focus();
    drag = { area, corner };
    stage.setPointerCapture(event.pointerId);
  });
  return made;
}

/** Put everything where it is. */
function move() {
  for (const [number, polygon] of [...partOf("drawing").children].entries()) {
    polygon.setAttribute("points", areas[number].map((corner) => corner.join(",")).join(" "));
  }
  let at = 0;
  for (const [number, area] of areas.entries()) {
    for (const [corner, [x, y]] of area.entries()) {
      const made = /** @type {HTMLElement} */ (corners.children[at++]);
      made.style.left = `${x * 100}%`;
      made.style.top = `${y * 100}%`;
      made.setAttribute("aria-label", words(number, corner));
      made.setAttribute("aria-pressed", String(chosen?.area === number && chosen.corner === corner));
    }
  }
  partOf("areas").setAttribute("value", areas.map((area) => area.map((corner) => corner.join(",")).join(" ")).join(";"));
  partOf("said").textContent = said();
  for (const [does, isOff] of Object.entries(off())) {
    document.querySelector(`[data-does="${does}"]`)?.toggleAttribute("disabled", isOff);
  }
  document.querySelector("button[value=keep]")?.toggleAttribute("disabled", areas.length === 0);
}

function off() {
  const isFull = areas.flat().length + 4 > MOST_CORNERS;
  return { area: isFull, corner: isFull || !chosen, less: !chosen || areas[chosen.area].length <= 3, none: !chosen };
}

/**
 * @param {number} area
 * @param {number} corner
 */
function words(area, corner) {
  const [x, y] = areas[area][corner].map((part) => Math.round(part * 100));
  return `Area ${area + 1}, corner ${corner + 1}: ${x} % from the left, ${y} % from the top`;
}

function said() {
  const count = areas.length === 1 ? "1 area." : `${areas.length} areas.`;
  return chosen ? `${count} ${words(chosen.area, chosen.corner)}.` : count;
}

/**
 * @param {number} area
 * @param {number} corner
 */
function choose(area, corner) {
  chosen = { area, corner };
  move();
}

/**
 * @param {number} area
 * @param {number} corner
 */
function focus(area, corner) {
  const before = areas.slice(0, area).flat().length;
  const made = corners.children[before + corner];
  if (made instanceof HTMLElement) made.focus();
}

function touched() {
  partOf("fresh").dataset.drawn = "yes";
}

/**
 * @param {KeyboardEvent} event
 * @param {number} area
 * @param {number} corner
 */
function key(event, area, corner) {
  const step = event.shiftKey ? SMALL_STEP : STEP;
  /** @type {Record<string, Corner>} */
  const steps = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
  if (event.key in steps) {
    const [x, y] = areas[area][corner].map((part, axis) => part + steps[event.key][axis]);
    // A step must lead away from the edge, too.
    areas[area][corner] = [stepped(x), stepped(y)];
    touched();
    move();
  } else if (event.key === "Delete" || event.key === "Backspace") {
    if (!off().less) doIt("less");
  } else {
    return;
  }
  event.preventDefault();
}

/** @param {number} part */
function stepped(part) {
  return Math.min(Math.max(Math.round(part * 10000) / 10000, 0), 1);
}

/** @param {string} does */
function doIt(does) {
  touched();
  if (does === "area") {
    areas.push([[0.4, 0.4], [0.6, 0.4], [0.6, 0.6], [0.4, 0.6]]);
    draw();
    focus(areas.length - 1, 0);
    return;
  }
  if (!chosen) return;
  const { area, corner } = chosen;
  if (does === "corner") {
    const [x0, y0] = areas[area][corner];
    const [x1, y1] = areas[area][(corner + 1) % areas[area].length];
    areas[area].splice(corner + 1, 0, [stepped((x0 + x1) / 2), stepped((y0 + y1) / 2)]);
    draw();
    focus(area, corner + 1);
  } else if (does === "less") {
    areas[area].splice(corner, 1);
    const next = Math.min(corner, areas[area].length - 1);
    chosen = { area, corner: next };
    draw();
    focus(area, next);
  } else {
    areas.splice(area, 1);
    chosen = null;
    draw();
    /** @type {HTMLElement|null} */ (document.querySelector("[data-does=area]"))?.focus();
  }
}

stage.addEventListener("pointerdown", (event) => {
  if (!event.isPrimary || event.button !== 0) return;
  event.preventDefault();
  drag = { from: place(event), x: event.clientX, y: event.clientY, area: null };
  stage.setPointerCapture(event.pointerId);
});

stage.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const [x, y] = place(event);
  if ("corner" in drag) {
    areas[drag.area][drag.corner] = [x, y];
  } else {
    if (drag.area === null) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < STROKE || off().area) return;
      drag.area = areas.push([drag.from, drag.from, drag.from, drag.from]) - 1;
      chosen = { area: drag.area, corner: 2 };
      areas[drag.area] = [drag.from, [x, drag.from[1]], [x, y], [drag.from[0], y]];
      draw();
    }
    areas[drag.area] = [drag.from, [x, drag.from[1]], [x, y], [drag.from[0], y]];
  }
  touched();
  move();
});

stage.addEventListener("pointerup", (event) => {
  if (drag && !("corner" in drag)) {
    if (drag.area !== null) {
      focus(drag.area, 2);
    } else if (chosen) {
      // A tap: the corner that was tapped before belongs here.
      areas[chosen.area][chosen.corner] = place(event);
      touched();
      move();
    }
  }
  drag = null;
});

stage.addEventListener("pointercancel", () => {
  drag = null;
});

for (const does of document.querySelectorAll("[data-does]")) {
  does.addEventListener("click", () => doIt(String(does.getAttribute("data-does"))));
}
draw();
