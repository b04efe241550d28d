/**
 * Makes elements without ever parsing HTML, so that nothing a lesson says can become markup.
 *
 *     element("p", { class: "muted" }, "You spoke ", element("b", {}, "61 %"))
 */

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Node|string|null|undefined|false} Child */
/** @typedef {Record<string, string|number|boolean|null|undefined>} Attributes */

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [attributes] false, null and undefined leave one out; true writes it empty
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/**
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[Name]}
 */
export function svg(name, attributes = {}, ...children) {
  return filled(/** @type {SVGElementTagNameMap[Name]} */ (document.createElementNS(SVG, name)), attributes, children);
}

/**
 * The element of the page with this data-part. A page without it is a mistake in the program, not in a lesson.
 * @template {HTMLElement} [Kind=HTMLElement]
 * @param {string} name
 * @param {ParentNode} [within]
 * @returns {Kind}
 */
export function part(name, within = document) {
  const found = within.querySelector(`[data-part="${name}"]`);
  if (!found) throw new Error(`The page has no part called ${name}.`);
  return /** @type {Kind} */ (/** @type {unknown} */ (found));
}

/**
 * The dot of a wait, in the shapes of the timeline.
 * @param {"reached"|"borderline"|"short"|"not-counted"} how
 */
export function dot(how) {
  return svg(
    "svg",
    { class: `dot dot-${how}`, viewBox: "0 0 14 14", "aria-hidden": "true" },
    how === "not-counted" ? svg("path", { d: "M7 2.2 11.8 7 7 11.8 2.2 7z" }) : svg("circle", { cx: 7, cy: 7, r: 4.8 }),
    how === "borderline" && svg("path", { class: "half", d: "M7 2.2a4.8 4.8 0 0 0 0 9.6z" }),
  );
}

/** The arrow between two steps of a wait. */
export function arrow() {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round" },
    svg("path", { d: "M5 12h13m0 0-5-5m5 5-5 5" }),
  );
}

/** What stands for "sealed". */
export function padlock() {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round" },
    svg("rect", { x: 5, y: 11, width: 14, height: 9, rx: 2 }),
    svg("path", { d: "M8 11V8a4 4 0 0 1 8 0v3" }),
  );
}

/** The sign in front of a notice. */
export function warning() {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round" },
    svg("path", { d: "M12 4 2.8 20h18.4zM12 10v4.5M12 17.4h.01" }),
  );
}

/**
 * @template {Element} Kind
 * @param {Kind} made
 * @param {Attributes} attributes
 * @param {Child[]} children
 * @returns {Kind}
 */
function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child !== null && child !== undefined && child !== false) made.append(child);
  return made;
}
