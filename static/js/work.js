/*
 * Looks every few seconds how far a piece of work is. Without this file a link does the same.
 */
"use strict";

(() => {
  const EVERY = 4000;
  let shown = document.querySelector("[data-work]");
  if (!shown) return;

  async function look() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return true;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("[data-work]");
    if (next) {
      for (const part of [".progress", ".working__title"]) {
        shown.querySelector(part).replaceWith(next.querySelector(part));
      }
      return true;
    }
    if (shown.dataset.work === "first") location.reload();
    shown.querySelector(".working__done").hidden = false;
    return false;
  }

  async function watch() {
    let more = true;
    try {
      more = await look();
    } catch {
      /* The connection is gone for a moment: look again. */
    }
    if (more) setTimeout(watch, EVERY);
  }

  setTimeout(watch, EVERY);
})();
