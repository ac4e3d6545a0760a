"""The components in a browser: at 400 % zoom, with a reader's own colours, wider than a phone."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("gallery"),
    pytest.mark.usefixtures("fresh_databases"),
]


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_the_gallery_is_accessible_and_fits(open_page, axe, sideways, width):
    page = open_page(width=width)
    page.goto("/gallery/")
    assert sideways(page) == ""
    axe(page)


def _look_of(page, selector: str, name: str, pseudo: str | None = None) -> str:
    look = "(e, [name, pseudo]) => getComputedStyle(e, pseudo)[name]"
    return str(page.locator(selector).first.evaluate(look, [name, pseudo]))


def test_with_a_readers_own_colours_every_state_still_shows(open_page, axe):
    page = open_page(width=360)
    page.emulate_media(forced_colors="active")
    page.goto("/gallery/")
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / "gallery-forced-360.png", full_page=True)
    steps = {
        _look_of(page, f".stepper__step{state}", "backgroundColor", "::before")
        for state in ("--done", "--now")
    }
    assert len(steps) == 2
    chosen = _look_of(page, ".scale input:checked + label", "borderTopWidth")
    other = _look_of(page, ".scale input:not(:checked) + label", "borderTopWidth")
    assert (chosen, other) == ("3px", "1px")
    for framed in (".usa-button", ".usa-alert", ".usa-summary-box", ".usa-card__container"):
        assert _look_of(page, framed, "borderTopWidth") != "0px", framed


def test_a_table_says_that_it_scrolls_only_where_it_does(open_page):
    page = open_page(width=360)
    page.goto("/gallery/")
    height = "(e) => e.getBoundingClientRect().height"
    hints = {
        table: page.locator(f"[aria-labelledby={table}-caption] .table-scroll__hint").evaluate(
            height
        )
        for table in ("wide", "days")
    }
    assert hints["wide"] > 10
    assert hints["days"] == 0


def test_a_wide_table_keeps_its_first_column_while_the_others_scroll(open_page):
    page = open_page(width=360)
    page.goto("/gallery/")
    frame = page.locator("[aria-labelledby=wide-caption]")
    first, last = frame.locator("tbody th").first, frame.locator("tbody td").last
    before = first.bounding_box()
    frame.focus()
    expect(frame).to_be_focused()
    frame.evaluate("(e) => e.scrollTo(1000, 0)")
    assert before is not None
    assert first.bounding_box()["x"] == pytest.approx(before["x"], abs=1)
    assert last.bounding_box()["x"] < 360
