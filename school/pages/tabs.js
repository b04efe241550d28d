/**
 * Tabs: one of several panels is shown, and the arrow keys go from one tab to the next (WAI-ARIA).
 */

/**
 * Let the tabs of a list work.
 * @param {HTMLElement} list role="tablist"
 * @returns {(tab: HTMLElement) => void} shows a tab's panel
 */
export function makeTabs(list) {
  const tabs = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[role=tab]")]);
  const choose = (/** @type {HTMLElement} */ chosen) => {
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
      if (panel) panel.hidden = tab !== chosen;
    }
  };
  for (const tab of tabs) tab.addEventListener("click", () => choose(tab));
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = tabs.indexOf(/** @type {HTMLElement} */ (event.target));
    if (step === undefined || at < 0) return;
    event.preventDefault();
    const next = tabs[(at + step + tabs.length) % tabs.length];
    next.focus();
    choose(next);
  });
  return choose;
}
