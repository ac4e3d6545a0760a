/*
 * Asks only for the parts that the chosen course needs. Without this file all are asked for.
 */
"use strict";

(() => {
  const form = document.querySelector("form[data-parts]");
  const course = form.elements.version;
  const needed = new Map(
    form.dataset.parts.split(" ").map((one) => {
      const [version, parts] = one.split(":");
      return [version, (parts || "").split(",")];
    }),
  );

  function ask() {
    const parts = needed.get(course.value);
    for (const field of form.querySelectorAll("[data-part]")) {
      field.hidden = Boolean(parts) && !parts.includes(field.dataset.part.replace("part_", ""));
    }
  }

  course.addEventListener("change", ask);
  ask();
})();
