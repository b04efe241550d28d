/** Asks every second whether the button was pressed, and goes on when it was, or when it was not in time. */

const EVERY_MS = 1000;

async function look() {
  const answer = await fetch(location.href, { redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect") {
    const to = document.querySelector("[data-to]")?.getAttribute("data-to");
    location.assign(to ?? "/");
  } else if (answer && !answer.ok) {
    location.reload();
  } else {
    setTimeout(look, EVERY_MS);
  }
}

setTimeout(look, EVERY_MS);
