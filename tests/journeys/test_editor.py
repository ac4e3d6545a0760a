"""The editor's hour: the front page changed and previewed, a lesson's draft published. The pages
are Wagtail's own; what is asked of them is that they ask no other host for anything."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from cms_pages.models import HomePage, LessonPage, ProgramPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("demo editor"),
    pytest.mark.usefixtures("demo"),
]


def _edit(page: Page, pk: int) -> None:
    page.goto(reverse("wagtailadmin_pages:edit", args=[pk]))
    page.wait_for_load_state("networkidle")


def _save(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Save draft").click()


def test_from_the_editors_home_to_a_published_lesson(open_page, sign_in):
    page = open_page()
    sign_in(page, "editor@example.org")
    expect(page).to_have_url(re.compile(re.escape(reverse("wagtailadmin_home")) + "$"))
    page.wait_for_load_state("networkidle")

    home = HomePage.objects.get()
    _edit(page, home.pk)
    page.locator("#id_title").fill("A front page under way")
    _save(page)
    home.refresh_from_db()
    assert home.title != "A front page under way"
    assert home.get_latest_revision_as_object().title == "A front page under way"

    page.get_by_role("button", name=re.compile("preview", re.IGNORECASE)).first.click()
    preview = page.frame_locator("iframe[title=Preview][src]")
    expect(preview.get_by_role("heading", level=1)).to_be_visible()
    expect(preview.get_by_role("link", name="Privacy").first).to_be_visible()

    program = ProgramPage.objects.get(slug="cit-40")
    _edit(page, program.pk)
    page.locator("#id_lead").fill("Five days, two teachers.")
    _save(page)
    program.refresh_from_db()
    assert program.get_latest_revision_as_object().lead == "Five days, two teachers."
    assert program.lead != "Five days, two teachers."

    lesson = LessonPage.objects.live().first()
    _edit(page, lesson.pk)
    page.locator("#id_title").fill("Autism on a call, second edition")
    _save(page)
    page.get_by_role("button", name="More actions").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Publish").click()
    assert LessonPage.objects.get(pk=lesson.pk).title == "Autism on a call, second edition"
    page.goto(lesson.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Autism on a call, second edition")
