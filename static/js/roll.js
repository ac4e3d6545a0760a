/*
 * A roll call where the connection comes and goes. Without this file the roll is a plain form.
 *
 * What is tapped is kept in this browser until the portal has it: ids of seats, marks and times,
 * never a name of a person. The form's key makes sending it twice write it once. On other pages
 * kept-marks.js tells of them.
 */
"use strict";

(() => {
  const PATIENCE = 20000;
  const AGAIN = 10000;
  const PREFIX = "roll/";
  const form = document.querySelector("form[data-roll]");
  if (!form) return;

  const place = PREFIX + form.dataset.roll;
  const bar = form.querySelector(".kept");
  const above = document.querySelector("[data-kept-above]");
  const reason = form.elements.reason;
  const tally = form.querySelector(".dock [role=status]:not(.kept *)");
  const tallied = [...tally.childNodes];
  const tiles = [...form.querySelectorAll("input[type=radio]")];
  const isAnswer = "answered" in form.dataset;
  let busy = false;
  let leaving = false;
  let said = "";
  let kept = read(place) || { key: form.elements.key.value, queued: false, marks: {} };

  /* What is kept: for each seat its mark, when it was tapped, and what the page showed then. */

  function read(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  }

  function keep() {
    Object.assign(kept, { at: Date.now(), address: location.pathname, title: form.dataset.title });
    try {
      localStorage.setItem(place, JSON.stringify(kept));
    } catch {
      /* A browser that keeps nothing still sends what is on the page. */
    }
  }

  function forget() {
    kept = { key: form.elements.key.value, queued: false, marks: {} };
    localStorage.removeItem(place);
  }

  function wordsOf(what) {
    return bar.querySelector(`template[data-kept=${what}]`).content.cloneNode(true);
  }

  function say(what) {
    const count = Object.keys(kept.marks).length;
    if (`${what} ${count}` === said) return;
    said = `${what} ${count}`;
    bar.hidden = !what;
    above.hidden = !what || what === "sending";
    for (const told of [bar.querySelector("[role=status]"), above.querySelector("p")]) {
      told.replaceChildren(...(what ? [wordsOf(what)] : []));
      const number = told.querySelector("b");
      if (number) number.textContent = count;
    }
    if (count && what && what !== "sending") tell(count);
    else tally.replaceChildren(...tallied);
  }

  /* The page's own count stands for what the portal has: what is kept counts too. */
  function tell(unsent) {
    const words = wordsOf("tally");
    const rows = [...form.querySelectorAll("fieldset.likert")];
    const marked = rows.filter(
      (row) => "marked" in row.dataset || row.querySelector("input:checked"),
    );
    words.querySelector("[data-marked]").textContent = marked.length;
    words.querySelector("[data-all]").textContent = rows.length;
    words.querySelector("[data-unsent]").textContent = unsent;
    tally.replaceChildren(words);
  }

  /* Seats: p7 is the mark of one, missed7, shown7 and ago7 belong to it. */

  const seatOf = (field) => field.name.replace(/^(p|missed)/, "");

  function chosen(seat) {
    const tile = form.querySelector(`input[name="p${seat}"]:checked`);
    return tile ? tile.value : "";
  }

  function note(seat) {
    kept.marks[seat] = {
      mark: chosen(seat),
      missed: form.elements[`missed${seat}`].value,
      shown: form.elements[`shown${seat}`].value,
      at: Date.now(),
    };
    keep();
  }

  /* Whether somebody was marked before, is marked otherwise now, and nobody has said why. */
  function lacksReason() {
    const changed = ({ mark, missed, shown }) =>
      mark && /^\w/.test(shown) && shown !== `${mark}:${mark === "late" ? missed.trim() : ""}`;
    return !reason.value.trim() && Object.values(kept.marks).some(changed);
  }

  /* Without its reason nothing is sent: Save asks for it. */
  function askReason() {
    const asked = lacksReason();
    reason.setCustomValidity(asked ? wordsOf("reason").textContent : "");
    if (!asked) return false;
    kept.queued = false;
    keep();
    say("reason");
    return true;
  }

  function restore(seat, { mark, missed, shown }) {
    const tile = tiles.find((one) => one.name === `p${seat}` && one.value === mark);
    const field = form.elements[`missed${seat}`];
    if (!tile || (tile.checked && field.value === missed)) return false;
    tile.checked = true;
    field.value = missed;
    form.elements[`shown${seat}`].value = shown;
    return true;
  }

  /* Of a page that answers what was sent, the page has the last word on what is shown. */
  function takeAnswer() {
    for (const seat of Object.keys(kept.marks)) {
      const shown = form.elements[`shown${seat}`];
      if (shown) kept.marks[seat].shown = shown.value;
      else delete kept.marks[seat];
    }
    kept.queued = false;
    keep();
    askReason();
  }

  function restoreAll() {
    for (const [seat, mark] of Object.entries(kept.marks)) {
      if (!restore(seat, mark)) delete kept.marks[seat];
    }
    if (!Object.keys(kept.marks).length) return forget();
    form.elements.key.value = kept.key;
    if (askReason()) return undefined;
    if (!kept.queued) say("restored");
    return again();
  }

  /* Sending. */

  function answers() {
    const fields = new URLSearchParams(new FormData(form));
    for (const [seat, { at }] of Object.entries(kept.marks)) {
      fields.set(`ago${seat}`, String(Math.max(0, Date.now() - at)));
    }
    return fields;
  }

  function sendAsPage() {
    for (const [name, value] of answers()) {
      if (!name.startsWith("ago")) continue;
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    leaving = true;
    HTMLFormElement.prototype.submit.call(form);
  }

  async function send() {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE);
    try {
      return await fetch(location.href, {
        method: "POST",
        body: answers(),
        headers: { Accept: "application/json" },
        redirect: "manual",
        cache: "no-store",
        signal: patience.signal,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  async function take(answer) {
    if (answer.ok) {
      const { next } = await answer.json();
      forget();
      leaving = true;
      location.replace(next);
    } else if (answer.type === "opaqueredirect") {
      say("signed-out");
    } else if (answer.status >= 500 || answer.status === 429) {
      say("failed");
    } else {
      kept.queued = false;
      keep();
      sendAsPage();
    }
  }

  async function save() {
    if (busy) return;
    busy = true;
    kept.queued = true;
    keep();
    if (bar.hidden) say("sending");
    try {
      await take(await send());
    } catch {
      say("queued");
    }
    busy = false;
  }

  function again() {
    if (kept.queued && navigator.onLine) save();
  }

  /* Events. */

  form.addEventListener("change", (event) => {
    if (!event.target.matches("input[type=radio], .missed input")) return;
    note(seatOf(event.target));
    settle();
  });

  function settle() {
    if (askReason()) return;
    if (kept.queued && !busy) say("queued");
    else if (!navigator.onLine) say("offline");
    else if (said.startsWith("reason")) say("");
  }

  reason.addEventListener("input", settle);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter && event.submitter.name === "rest") {
      for (const tile of tiles) {
        const seat = seatOf(tile);
        const open = !chosen(seat) && !tile.closest("[data-settled]");
        if (open && tile.value === event.submitter.value) {
          tile.checked = true;
          note(seat);
        }
      }
    }
    save();
  });

  window.addEventListener("online", () => {
    if (askReason()) return;
    say("");
    again();
  });
  window.addEventListener("offline", () => askReason() || say(kept.queued ? "queued" : "offline"));
  window.addEventListener("beforeunload", (event) => {
    // The page itself cannot be had again without a connection.
    if (!leaving && !navigator.onLine && Object.keys(kept.marks).length) event.preventDefault();
  });
  setInterval(again, AGAIN);

  if (isAnswer) takeAnswer();
  else restoreAll();
  if (!navigator.onLine && !askReason()) say(kept.queued ? "queued" : "offline");
})();
