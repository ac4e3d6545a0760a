/*
 * Shows the next code of the room when it is time. Without this file the page loads itself anew.
 */
"use strict";

(() => {
  const AGAIN = 3000;
  const shown = document.querySelector("[data-room]");
  if (!shown) return;

  async function renew() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("[data-room]");
    shown.replaceChildren(...next.childNodes);
    wait(Number(next.dataset.room) * 1000);
  }

  async function look() {
    try {
      await renew();
    } catch {
      /* The connection is gone for a moment: what is shown soon opens nothing. */
      const stale = shown.querySelector(".room__stale");
      if (stale) stale.hidden = false;
      wait(AGAIN);
    }
  }

  function wait(milliseconds) {
    setTimeout(look, milliseconds);
  }

  wait(Number(shown.dataset.room) * 1000);
})();
