/**
 * What the page's scripts have in common: the places that the server has named, and drawings.
 *
 *     <p data-part="said">    part("said"), or null where this page has none
 *                             partOf("said"), where the page is nothing without it
 */

export const NAMESPACE = "http://www.w3.org/2000/svg";

/**
 * @param {string} name
 * @returns {HTMLElement|null}
 */
export const part = (name) => document.querySelector(`[data-part="${name}"]`);

/**
 * @param {string} name
 * @returns {HTMLElement}
 */
export function partOf(name) {
  const found = part(name);
  if (!found) throw new Error(`There is no ${name} on this page.`);
  return found;
}
