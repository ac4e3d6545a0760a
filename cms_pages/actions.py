"""Publishing the pages a new portal starts with. Editors change them afterwards in /cms/."""

from typing import Any

from django.db import transaction
from django.utils.html import escape
from wagtail.models import Page
from wagtail.rich_text import RichText

from cms_pages.models import ContentPage, HomePage, LessonPage
from courses.models import Module
from lms.accounts.clock import now

Document = dict[str, Any]


def _block(entry: Document) -> tuple[str, Any]:
    kind, value = entry["type"], entry["value"]
    if kind == "list":
        return "bullets", value
    if kind == "paragraph":
        return "paragraph", RichText(f"<p>{escape(value.strip())}</p>")
    return kind, value


def _publish(page: Page, parent: Page) -> None:
    parent.add_child(instance=page)
    page.save_revision(clean=False).publish()


@transaction.atomic
def fill_front_page(*, document: Document) -> HomePage:
    """Writes the front page's first words. A page that an editor has published is left alone."""
    home = HomePage.objects.get()
    if home.latest_revision_id is None:
        home.headline, home.lead = document["headline"], document["lead"]
        home.body = [_block(entry) for entry in document["body"]]
        home.save_revision().publish()
    return home


@transaction.atomic
def publish_content_page(*, document: Document) -> ContentPage:
    """Publishes a plain page under the front page, unless there is one at that address."""
    home = HomePage.objects.get()
    existing = ContentPage.objects.child_of(home).filter(slug=document["slug"]).first()
    if existing:
        return existing
    page = ContentPage(
        title=document["title"],
        slug=document["slug"],
        lead=document.get("lead", ""),
        body=[_block(entry) for entry in document["body"]],
    )
    _publish(page, home)
    return page


@transaction.atomic
def publish_lesson(*, document: Document) -> LessonPage | None:
    """Publishes a lesson under /lessons/, unless it is there. None if its module is not loaded."""
    parent = publish_content_page(document={"slug": "lessons", "title": "Lessons", "body": []})
    existing = LessonPage.objects.child_of(parent).filter(slug=document["slug"]).first()
    if existing:
        return existing
    module = (
        Module.objects.filter(code=document["module"], version__course__code=document["course"])
        .order_by("-version__number")
        .first()
    )
    if module is None:
        return None
    page = LessonPage(
        title=document["title"],
        slug=document["slug"],
        module=module,
        intro=document["intro"],
        reading_minutes=document["minutes"],
        body=[_block(entry) for entry in document["body"]],
        next_shift=document["next_shift"],
        first_published_at=now(),
    )
    _publish(page, parent)
    return page
