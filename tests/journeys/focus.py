"""What somebody sees who has a keyboard and no pointer."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page

MOST_STOPS = 500

# Every place where the Tab key should stop, in the order of the document; of radios that belong
# together, one.
STOPS = """() => {
  const groups = new Set();
  window.stops = [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex]"
  )].filter((one) => {
    if (one.disabled || one.tabIndex < 0 || one.type === "hidden") return false;
    if (!one.checkVisibility({visibilityProperty: true})) return false;
    if (one.type !== "radio") return true;
    const group = [...document.querySelectorAll(`input[type=radio][name="${one.name}"]`)]
      .filter((radio) => radio.form === one.form);
    const chosen = group.find((radio) => radio.checked) || group[0];
    return one === chosen;
  });
  return stops.length;
}"""
# Where the focus is, whether it can be seen, and whether something lies over it.
FOCUSED = """() => {
  const one = document.activeElement;
  if (one === document.body || one === document.documentElement) return null;
  const label = one.matches("[type=radio], [type=checkbox]") && one.labels[0];
  const shown = [one, label].filter(Boolean);
  const seen = shown.some((part) => {
    const style = getComputedStyle(part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  const free = shown.some((part) => [...part.getClientRects()].some((box) =>
    [[.5, .5], [.1, .5], [.9, .5], [.5, .15], [.5, .85]].some(([x, y]) => {
      const top = document.elementFromPoint(box.left + x * box.width, box.top + y * box.height);
      return top && (part.contains(top) || top.contains(part) && top.matches("label"));
    })));
  return {
    at: stops.indexOf(one), seen, free, told: one.outerHTML.slice(0, 120), tag: one.tagName
  };
}"""


@dataclass(frozen=True)
class Stop:
    """One place where the Tab key stops: its number in the document, and what it looks like."""

    at: int
    seen: bool
    free: bool
    told: str


def walk(page: Page) -> list[Stop]:
    """All stops of a page from its start until the focus leaves it. An input made of parts (a day,
    a month, a year) is one stop."""
    expected = page.evaluate(STOPS)
    stops: list[Stop] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        if found is None or (stops and found["at"] == 0):
            break
        if not stops or stops[-1].at != found["at"]:
            stops.append(Stop(found["at"], found["seen"], found["free"], found["told"]))
    assert [stop.at for stop in stops] == list(range(expected)), page.url
    return stops


def tab_to(page: Page, goal: Locator) -> None:
    """Presses Tab until the focus is there."""
    element = goal.element_handle()
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if element.evaluate("(one) => one === document.activeElement"):
            return
    raise AssertionError(f"the Tab key never comes to {goal}")
