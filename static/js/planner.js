/*
 * Dragging sessions in the planner's calendar, in steps of a quarter of an hour, and moving them
 * with the arrow keys. Each move is sent as the form of its page would send it, with the plan that
 * was looked at; what comes back takes the place of what is shown. Without this file every session
 * has its own form.
 */
"use strict";

(() => {
  const STEP = 15;
  const HOUR = 60;
  const FAR = 6;
  const main = document.getElementById("main");
  const said = document.querySelector("[data-said]");
  const wide = matchMedia("(min-width: 64em)");
  let held = null;
  let dragged = false;

  function words(name) {
    return document.querySelector(`template[data-words=${name}]`).content.textContent.trim();
  }

  function columns() {
    return [...main.querySelectorAll("[data-planner] [data-day]")];
  }

  function hours(column) {
    const { first, last } = column.closest("[data-planner]").dataset;
    return { first: Number(first) * HOUR, last: Number(last) * HOUR };
  }

  function clock(minutes) {
    const moment = new Date(2000, 0, 1, Math.floor(minutes / HOUR), minutes % HOUR);
    return moment.toLocaleTimeString(document.documentElement.lang, {
      hour: "numeric",
      minute: "2-digit",
    });
  }

  /* A session that is being moved: where it was, and where it is now. */

  function hold(card) {
    const [day, time] = card.dataset.starts.split("T");
    const [hour, minute] = time.split(":").map(Number);
    return {
      card,
      day,
      at: hour * HOUR + minute,
      minutes: Number(card.dataset.minutes),
      classes: card.className,
      list: card.parentElement,
      next: card.nextElementSibling,
      told: card.querySelector("[data-time]").textContent,
    };
  }

  function put(column, at) {
    const { first, last } = hours(column);
    const latest = Math.max(first, last - Math.min(held.minutes, HOUR));
    const start = Math.min(Math.max(at, first), latest);
    let list = column.querySelector("ul");
    if (!list) {
      list = document.createElement("ul");
      list.className = "planner__sessions";
      column.append(list);
    }
    if (held.card.parentElement !== list) {
      const focused = document.activeElement;
      list.append(held.card);
      if (held.card.contains(focused)) focused.focus();
    }
    const { style, classList } = held.card;
    classList.add("planned--moving");
    style.setProperty("--h", Math.floor(start / HOUR));
    style.setProperty("--m", start % HOUR);
    style.setProperty("--lane", 0);
    style.setProperty("--of", 1);
    held.day = column.dataset.day;
    held.at = start;
    held.card.querySelector("[data-time]").textContent = clock(start);
    for (const one of columns()) one.classList.toggle("planner__column--here", one === column);
  }

  function back() {
    const { card, list, next, classes, told } = held;
    const focused = document.activeElement;
    list.insertBefore(card, next);
    if (card.contains(focused)) focused.focus();
    card.className = classes;
    card.removeAttribute("style");
    card.querySelector("[data-time]").textContent = told;
    for (const one of columns()) one.classList.remove("planner__column--here");
    held = null;
  }

  function starts() {
    const two = (number) => String(number).padStart(2, "0");
    return `${held.day}T${two(Math.floor(held.at / HOUR))}:${two(held.at % HOUR)}`;
  }

  /* Sending: the answer is the whole page, also where the move was refused or came too late. */

  async function send() {
    const { card } = held;
    const module = card.dataset.session;
    if (starts() === card.dataset.starts) return back();
    const form = main.querySelector("form[data-move]");
    form.elements.module.value = module;
    form.elements.starts.value = starts();
    for (const one of main.querySelectorAll(".planner")) one.classList.add("planner--saving");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      show(page.getElementById("main"), module);
    } catch {
      for (const one of main.querySelectorAll(".planner")) one.classList.remove("planner--saving");
      if (held) back();
      said.textContent = words("lost");
    }
  }

  function show(next, module) {
    held = null;
    main.replaceChildren(...next.childNodes);
    const told = main.querySelector("[role=status], [role=alert]");
    const todo = main.querySelector(".fix h2");
    said.textContent = [told, todo].map((one) => (one ? one.textContent.trim() : "")).join(" ");
    const link = main.querySelector(`[data-session="${CSS.escape(module)}"] h5 a`);
    if (link) link.focus({ preventScroll: true });
    else main.focus();
  }

  /* With a pointer. */

  function under(event) {
    return columns().find((column) => {
      const box = column.getBoundingClientRect();
      const across = event.clientX >= box.left && event.clientX < box.right;
      return across && event.clientY >= box.top - 40 && event.clientY < box.bottom + 40;
    });
  }

  main.addEventListener("pointerdown", (event) => {
    const card = event.target.closest("[data-planner] [data-session]");
    if (!card || !wide.matches || event.button !== 0 || held) return;
    const grip = event.clientY - card.getBoundingClientRect().top;
    const from = { x: event.clientX, y: event.clientY };
    held = hold(card);
    dragged = false;

    function drag(moved) {
      if (!held) return;
      const far = Math.abs(moved.clientX - from.x) + Math.abs(moved.clientY - from.y);
      if (!dragged && far < FAR) return;
      dragged = true;
      const column = under(moved);
      if (!column) return;
      const box = column.getBoundingClientRect();
      const { first, last } = hours(column);
      const minute = ((moved.clientY - grip - box.top) / box.height) * (last - first) + first;
      put(column, Math.round(minute / STEP) * STEP);
    }

    function drop(ended) {
      document.removeEventListener("pointermove", drag);
      document.removeEventListener("pointerup", drop);
      document.removeEventListener("pointercancel", drop);
      if (!held) return;
      if (!dragged) held = null;
      else if (ended.type === "pointerup") send();
      else back();
    }

    document.addEventListener("pointermove", drag);
    document.addEventListener("pointerup", drop);
    document.addEventListener("pointercancel", drop);
  });

  /* The end of a drag is no click on the session's link, and the link itself is not dragged. */
  main.addEventListener("dragstart", (event) => {
    if (event.target.closest("[data-planner]")) event.preventDefault();
  });
  main.addEventListener(
    "click",
    (event) => {
      if (dragged && event.target.closest("[data-session]")) event.preventDefault();
      dragged = false;
    },
    true,
  );

  /* With the keyboard. */

  const STEPS = { ArrowUp: [0, -STEP], ArrowDown: [0, STEP], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

  function nudge(days, minutes) {
    const all = columns();
    const here = all.findIndex((column) => column.dataset.day === held.day);
    const column = all[Math.min(Math.max(here + days, 0), all.length - 1)];
    put(column, held.at + minutes);
    said.textContent = words("moving")
      .replace("{title}", held.card.querySelector("h5").textContent.trim())
      .replace("{day}", column.dataset.name)
      .replace("{time}", clock(held.at));
  }

  main.addEventListener("keydown", (event) => {
    const card = event.target.closest("[data-planner] [data-session]");
    if (!card || !wide.matches || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in STEPS) {
      event.preventDefault();
      if (!held) held = hold(card);
      nudge(...STEPS[event.key]);
    } else if (held && event.key === "Enter") {
      event.preventDefault();
      send();
    } else if (held && event.key === "Escape") {
      event.preventDefault();
      back();
      said.textContent = words("left");
    }
  });

  main.addEventListener("focusout", (event) => {
    if (held && !dragged && held.card.contains(event.target) && event.relatedTarget) back();
  });
})();
