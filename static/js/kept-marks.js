/*
 * Marks of a roll call that this browser keeps (see roll.js): on the pages of whoever tapped them,
 * says that they have not been sent, and leads to the roll, which sends them. Other people's are
 * not told, and what is older than two weeks is forgotten.
 */
"use strict";

(() => {
  const FORGOTTEN_AFTER = 14 * 24 * 3600 * 1000;
  const PREFIX = "roll/";
  const notice = document.querySelector("[data-kept-marks]");
  const mine = `${PREFIX}${notice.dataset.keptMarks}/`;

  function read(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  }

  function keys() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
    } catch {
      return [];
    }
  }

  function forgetOld() {
    for (const key of keys()) {
      const old = read(key);
      if (!old || !(Date.now() - old.at <= FORGOTTEN_AFTER)) localStorage.removeItem(key);
    }
  }

  function isElsewhere({ address, marks }) {
    return address && address !== location.pathname && Object.keys(marks).length;
  }

  function line({ address, title }) {
    const words = notice.querySelector("template").content.cloneNode(true);
    const link = words.querySelector("a");
    link.setAttribute("href", address);
    link.querySelector("b").textContent = title;
    return words;
  }

  function show() {
    const kept = keys().filter((key) => key.startsWith(mine)).map(read);
    const elsewhere = kept.filter((one) => one && isElsewhere(one));
    notice.querySelector("[role=status]").replaceChildren(...elsewhere.map(line));
    notice.hidden = !elsewhere.length;
  }

  forgetOld();
  window.addEventListener("pageshow", show);
  window.addEventListener("storage", show);
})();
