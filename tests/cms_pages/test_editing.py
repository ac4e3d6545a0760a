"""What editors meet in /cms/."""

import re

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.urls import reverse
from wagtail.models import Page

from cms_pages.models import CatalogPage, ContentPage, HomePage, LessonPage, ProgramPage
from courses.models import Course, LessonProgress
from lms.accounts.actions import grant_role
from tests.factories import CohortFactory, CourseVersionFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    person = UserFactory.create(first_name="Naomi")
    grant_role(user=person, role="editor", by=None)
    client.force_login(person)
    return person


@pytest.fixture
def loaded():
    call_command("load_curriculum", verbosity=0)
    call_command("load_pages", verbosity=0)


def _page(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def _add(model: str, parent: Page) -> str:
    return reverse("wagtailadmin_pages:add", args=["cms_pages", model, parent.pk])


def test_the_first_page_says_what_to_do_and_how_far_things_are(client, editor, loaded):
    lesson = LessonPage.objects.get(slug="autism-on-a-call")
    lesson.unpublish()
    ProgramPage.objects.get(course__code="rewire4").delete()
    html = _page(client, "/cms/")
    assert "Welcome, Naomi" in html
    for words in ("Write a lesson", "Edit the front page", "See the site", "Help for editors"):
        assert words in html
    assert re.search(r"Autism on a call</a></td>.*?<td>\s*Draft\s*</td>", html, re.DOTALL)
    assert "CIT 40-hour, day 3: Autism on a call" in html
    assert "Nobody has written it yet" in html


def test_the_first_page_works_before_anything_is_loaded(client, editor):
    html = _page(client, "/cms/")
    assert "No lesson yet." in html
    assert "No program is loaded yet." in html


@pytest.mark.parametrize("count", [1, 12])
def test_the_first_page_takes_the_same_queries_however_many_programs(
    client, editor, count, django_assert_max_num_queries
):
    CourseVersionFactory.create_batch(count)
    _page(client, "/cms/")
    with django_assert_max_num_queries(45):
        _page(client, "/cms/")


def test_the_editors_part_has_our_mark_and_asks_no_other_host(client, editor, loaded):
    html = _page(client, "/cms/")
    assert "img/mark.svg" in html
    assert "portal-brand" in html
    assert "Wagtail</title>" not in html
    loads = re.findall(r"<(?:script|link|img|iframe|source)\b[^>]*>", html)
    assert loads
    assert not [tag for tag in loads if re.search(r"(?:src|href)=[\"'](?:https?:)?//", tag)]


def test_forms_teach_and_name_modules_as_people_do(client, editor, loaded):
    html = _page(client, _add("lessonpage", ContentPage.objects.get(slug="lessons")))
    assert "A lesson takes six to eight minutes to read" in html
    assert "CIT 40-hour, version 1, day 3: Autism on a call" in html
    for page in (HomePage.objects.get(), ContentPage.objects.get(slug="help")):
        html = _page(client, reverse("wagtailadmin_pages:edit", args=[page.pk]))
        assert re.search("About this page|Writing a page", html)


def test_a_lesson_is_offered_the_newest_version_and_keeps_its_own(client, editor, loaded):
    lesson = LessonPage.objects.get(slug="autism-on-a-call")
    CourseVersionFactory.create(
        course=lesson.module.version.course, number=2, modules=[{"code": "new", "title": "Newer"}]
    )
    new = _page(client, _add("lessonpage", lesson.get_parent()))
    assert "version 2, day 1: Newer" in new
    assert "version 1, day 3: Autism on a call" not in new
    own = _page(client, reverse("wagtailadmin_pages:edit", args=[lesson.pk]))
    assert "version 1, day 3: Autism on a call" in own


def test_a_program_page_is_offered_courses_without_one_and_keeps_its_course(client, editor, loaded):
    CourseVersionFactory.create(course__title="Nobody wrote about it")
    html = _page(client, _add("programpage", CatalogPage.objects.get()))
    options = re.search(r'<select name="course".*?</select>', html, re.DOTALL)
    assert options
    assert "Nobody wrote about it" in options[0]
    assert Course.objects.get(code="rewire4").title not in options[0]
    page = ProgramPage.objects.first()
    assert page
    edit = _page(client, reverse("wagtailadmin_pages:edit", args=[page.pk]))
    assert re.search(r'<select name="course"[^>]*disabled', edit)


@pytest.mark.parametrize("slug", ["home", "catalog", "cit-40", "help", "autism-on-a-call"])
def test_every_kind_of_page_previews(client, editor, loaded, slug):
    page = Page.objects.get(slug=slug).specific
    answer = page.make_preview_request(
        original_request=client.get("/cms/").wsgi_request, preview_mode=page.default_preview_mode
    )
    assert answer.status_code == 200
    assert page.title in answer.render().content.decode() or slug == "home"


def test_a_preview_of_a_lesson_notes_nothing(client, editor, loaded):
    lesson = LessonPage.objects.get(slug="autism-on-a-call")
    seat = EnrolmentFactory.create(
        cohort=CohortFactory.create(version=lesson.module.version), user=editor
    )
    lesson.make_preview_request(
        original_request=client.get("/cms/").wsgi_request, preview_mode=lesson.default_preview_mode
    )
    assert not LessonProgress.objects.exists()
    client.get(lesson.url)
    assert LessonProgress.objects.get().enrolment == seat


def test_blocks_show_a_sample_in_our_look(client, editor):
    for model in (HomePage, ContentPage, LessonPage):
        for block in model._meta.get_field("body").stream_block.child_blocks.values():
            assert block.is_previewable, block.name
            assert block.get_description(), block.name
            path = reverse("wagtailadmin_block_preview") + f"?id={block.definition_prefix}"
            assert "css/portal" in _page(client, path)


def test_pages_stand_only_where_they_make_sense():
    assert CatalogPage.allowed_subpage_models() == [ProgramPage]
    assert ProgramPage.allowed_parent_page_models() == [CatalogPage]
    assert LessonPage.allowed_parent_page_models() == [ContentPage]
    assert ProgramPage.allowed_subpage_models() == LessonPage.allowed_subpage_models() == []
    assert set(HomePage.allowed_subpage_models()) == {ContentPage, CatalogPage}


def test_kinds_of_pages_have_names_people_read():
    names = {model.get_verbose_name() for model in (HomePage, LessonPage, ProgramPage, CatalogPage)}
    assert names == {"Front page", "Lesson", "Program page", "Catalog"}


def test_editors_may_change_pages_images_and_documents_and_nothing_else():
    allowed = set()
    for group in Group.objects.filter(name__in=["Editors", "Moderators"]):
        allowed |= {permission.content_type.model for permission in group.permissions.all()}
        allowed |= {one.permission.content_type.model for one in group.collection_permissions.all()}
    assert allowed == {"admin", "image", "document"}


@pytest.mark.parametrize(
    "path",
    ["/cms/sites/", "/cms/redirects/", "/cms/collections/", "/cms/workflows/list/", "/cms/users/"],
)
def test_editors_do_not_enter_the_settings(client, editor, path):
    assert client.get(path).status_code in {302, 404}


def test_an_editor_changes_no_name_from_their_settings(client, editor):
    html = _page(client, "/cms/account/")
    assert "first_name" not in html
    client.post("/cms/account/", {"name_email-first_name": "Somebody", "name_email-last_name": "X"})
    editor.refresh_from_db()
    assert editor.first_name == "Naomi"


def test_nobody_else_enters_an_editors_settings(client):
    client.force_login(UserFactory.create())
    assert client.get("/cms/account/").status_code == 403
