"""Publishing the pages a new portal starts with. Editors change them afterwards in /cms/."""

from django.db import transaction
from wagtail.models import Page

from cms_pages.documents import Document, block, question, words
from cms_pages.models import CatalogPage, ContentPage, HomePage, LessonPage, ProgramPage
from courses.models import Course, Module
from lms.accounts.clock import now


def _publish(page: Page, parent: Page) -> None:
    parent.add_child(instance=page)
    page.save_revision(clean=False).publish()
    # The revision was published as an object of its own; this one would undo it when saved.
    page.refresh_from_db()


@transaction.atomic
def fill_front_page(*, document: Document) -> HomePage:
    """Writes the front page's first words. A page that an editor has published is left alone."""
    home = HomePage.objects.get()
    if home.latest_revision_id is None:
        home.headline, home.lead = document["headline"], document["lead"]
        home.search_description = document.get("description", "")
        home.body = [block(entry) for entry in document["body"]]
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
        search_description=document.get("description", ""),
        body=[block(entry) for entry in document["body"]],
    )
    _publish(page, home)
    return page


@transaction.atomic
def publish_catalog(*, document: Document) -> CatalogPage:
    """Publishes the catalog's page under the front page, unless there is one."""
    existing = CatalogPage.objects.first()
    if existing:
        return existing
    page = CatalogPage(
        title=document["title"],
        lead=document["lead"],
        search_description=document.get("description", ""),
    )
    _publish(page, HomePage.objects.get())
    return page


@transaction.atomic
def publish_program(*, catalog: CatalogPage, document: Document) -> ProgramPage | None:
    """Publishes the page of a course, unless it has one. None if the course is not loaded."""
    course = Course.objects.filter(code=document["course"]).first()
    if course is None:
        return None
    existing = ProgramPage.objects.filter(course=course).first()
    if existing:
        return existing
    texts = ("notice", "teaching", "certificate", "renewal", "goes_with")
    page = ProgramPage(
        title=document["title"],
        course=course,
        group=document["group"],
        meets_in=document.get("meets_in", "day"),
        lead=words(document["lead"]),
        audience=words(document["audience"]),
        search_description=document.get("description", ""),
        learn=[("point", point) for point in document["learn"]],
        questions=[("question", question(entry)) for entry in document.get("questions", [])],
        **{name: words(document.get(name, "")) for name in texts},
    )
    _publish(page, catalog)
    return page


@transaction.atomic
def publish_lesson(*, document: Document) -> LessonPage | None:
    """Publishes a lesson under /lessons/, unless it is there. None if its module is not loaded."""
    parent = publish_content_page(
        document={
            "slug": "lessons",
            "title": "Lessons",
            "lead": "Short readings that prepare for a session. They open when you sign in.",
            "body": [],
        }
    )
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
        body=[block(entry) for entry in document["body"]],
        next_shift=document["next_shift"],
        first_published_at=now(),
    )
    _publish(page, parent)
    return page
