/*
 * A section of a survey, where scripts run. Without this file everything works too, save that a
 * dropped connection loses what is on the page.
 *
 * It stores nothing in the browser: answers live in the page, and go with it.
 */
"use strict";

(() => {
  const form = document.querySelector("form[data-survey]");
  if (!form) return;

  const PATIENCE = 30000;
  const bar = document.querySelector(".save");
  const status = bar.querySelector("[role=status]");
  const again = bar.querySelector("[data-again]");
  let busy = false;

  /* Saving: what is on the page stays there until the portal has said that it is sealed. */

  function say(what) {
    const words = bar.querySelector(`template[data-status=${what}]`).content;
    bar.classList.toggle("save--failed", what === "failed");
    again.hidden = what !== "failed";
    status.replaceChildren(words.cloneNode(true));
  }

  function setBusy(now) {
    busy = now;
    for (const button of document.querySelectorAll("button[type=submit]")) {
      button.setAttribute("aria-disabled", String(now));
    }
  }

  function send(pressed) {
    const answers = new URLSearchParams(new FormData(form));
    if (pressed && pressed.name) answers.append(pressed.name, pressed.value);
    const patience = new AbortController();
    setTimeout(() => patience.abort(), PATIENCE);
    return fetch(location.href, {
      method: "POST",
      body: answers,
      headers: { Accept: "application/json" },
      redirect: "manual",
      cache: "no-store",
      signal: patience.signal,
    });
  }

  /* What the portal has to say about the answers is a page of its own. */
  function sendAsPage(pressed) {
    if (pressed && pressed.name) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: pressed.name, value: pressed.value });
      form.append(field);
    }
    // A question may be called "submit", and would hide the form's own.
    HTMLFormElement.prototype.submit.call(form);
  }

  async function seal(pressed) {
    const answer = await send(pressed);
    if (answer.ok) {
      const { next } = await answer.json();
      location.replace(next);
    } else if (answer.status >= 500 || answer.status === 429) {
      throw new Error(String(answer.status));
    } else {
      sendAsPage(pressed);
    }
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    say("saving");
    try {
      await seal(event.submitter);
    } catch {
      say("failed");
      setBusy(false);
    }
  });

  /* Questions that depend on an earlier answer. The portal drops answers that do not apply. */

  const dependent = [...form.querySelectorAll("fieldset[data-show-if]")];

  function answerTo(code) {
    const chosen = form.querySelector(`input[name="${code}"]:checked:not(:disabled)`);
    return chosen ? chosen.value : "";
  }

  function showWhatApplies() {
    for (const question of dependent) {
      const { showIf, showIs } = question.dataset;
      const applies = showIs.split(" ").includes(answerTo(showIf));
      question.hidden = !applies;
      question.disabled = !applies;
    }
  }

  form.addEventListener("change", showWhatApplies);

  /* "Prefer not to say" beside something to type into. */

  for (const box of form.querySelectorAll("[data-retracts]")) {
    const field = document.getElementById(box.dataset.retracts);
    box.addEventListener("change", () => {
      if (box.checked) field.value = "";
    });
    field.addEventListener("input", () => {
      if (field.value) box.checked = false;
    });
  }

  /* Leaving: a page that the browser keeps for its back button holds no answer. */

  function clear() {
    for (const field of form.querySelectorAll("input:not([type=hidden]), textarea")) {
      if (field.type === "radio" || field.type === "checkbox") field.checked = false;
      else field.value = "";
    }
  }

  window.addEventListener("pagehide", clear);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
    showWhatApplies();
  });
})();
