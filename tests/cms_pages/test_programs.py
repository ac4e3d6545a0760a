"""Program pages: words by editors, facts from the records."""

from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.db.models import ProtectedError
from django.urls import reverse

from cms_pages.actions import publish_catalog, publish_lesson, publish_program
from cms_pages.models import CatalogPage, LessonPage, ProgramPage
from cms_pages.programs import Meeting, outline, requirements
from courses.models import Course
from lms.accounts.models import User
from tests.factories import CohortFactory, CourseVersionFactory, EnrolmentFactory
from tests.planning import draft

pytestmark = pytest.mark.django_db
BODY = [{"type": "paragraph", "value": "Say less."}]
CURRICULA = sorted((Path(settings.BASE_DIR) / "courses" / "curricula").glob("*.yaml"))


def page_of(version, **words) -> ProgramPage:
    catalog = publish_catalog(document={"title": "Programs", "lead": "All of them."})
    document = {
        "course": version.course.code,
        "title": "Words of an editor",
        "group": "crisis",
        "lead": "A lead.",
        "audience": "Everybody.",
        "learn": ["Ask one question."],
    }
    page = publish_program(catalog=catalog, document=document | words)
    assert page is not None
    return page


def shown(client, version) -> str:
    return client.get(reverse("course", args=[version.course.code])).content.decode()


def test_every_curriculum_gets_a_program_page_that_answers(client):
    call_command("load_curriculum", verbosity=0)
    for _ in range(2):
        call_command("load_pages")
    codes = {yaml.safe_load(path.read_text())["code"] for path in CURRICULA}
    assert len(codes) == 10
    assert set(ProgramPage.objects.live().values_list("course__code", flat=True)) == codes
    for code in codes:
        page = client.get(reverse("course", args=[code])).content.decode()
        assert page.count("<h1") == 1, code
        assert "What you learn to do" in page, code


def test_a_third_partys_curriculum_is_named_as_theirs(client):
    call_command("load_curriculum", verbosity=0)
    call_command("load_pages")
    for code, owner in (("rewire4", "Roca"), ("mhfa-public-safety", "National Council")):
        notice = ProgramPage.objects.get(course__code=code).notice
        assert owner in notice
        assert "sample" in notice
        assert "original" in client.get(reverse("course", args=[code])).content.decode()


def test_a_program_page_that_an_editor_has_changed_is_left_alone():
    version = CourseVersionFactory.create()
    page = page_of(version)
    page.title = "Ours"
    page.save_revision().publish()
    page_of(version)
    assert ProgramPage.objects.get().title == "Ours"


def test_the_words_are_the_editors_and_the_minutes_the_records(client):
    version = CourseVersionFactory.create(
        modules=[{"code": "a", "title": "Listening", "minutes": 90}]
    )
    page_of(version)
    html = shown(client, version)
    assert "Words of an editor" in html
    assert "Ask one question." in html
    assert "1 h 30 min" in html
    version.modules.update(minutes=45)
    assert "45 min" in shown(client, version)


def test_an_unpublished_program_is_not_found_and_its_record_stays(client):
    version = CourseVersionFactory.create(course__title="Kept in the records")
    page_of(version).unpublish()
    assert client.get(reverse("course", args=[version.course.code])).status_code == 404
    assert "Kept in the records" not in client.get("/catalog/").content.decode()
    assert Course.objects.filter(pk=version.course_id).exists()


def test_a_deleted_page_leaves_the_bare_outline(client):
    version = CourseVersionFactory.create(course__title="Kept in the records")
    page_of(version).delete()
    html = shown(client, version)
    assert "Kept in the records" in html
    assert "Words of an editor" not in html


def test_a_first_draft_hides_nothing_and_shows_nothing(client):
    version = CourseVersionFactory.create(course__title="Kept in the records")
    page = page_of(version)
    ProgramPage.objects.filter(pk=page.pk).update(live=False, first_published_at=None)
    html = shown(client, version)
    assert "Kept in the records" in html
    assert "Words of an editor" not in html


def test_a_program_kept_from_the_public_has_no_card(client):
    version = CourseVersionFactory.create()
    page_of(version).view_restrictions.create(restriction_type="login")
    assert "Words of an editor" not in client.get("/catalog/").content.decode()


def test_the_address_of_a_program_is_its_code_whatever_it_is_called():
    version = CourseVersionFactory.create(course__code="listening")
    page = page_of(version)
    page.slug, page.title = "elsewhere", "Another name"
    page.save_revision().publish()
    assert ProgramPage.objects.get().get_url() == "/catalog/listening/"


def test_a_course_with_a_page_cannot_be_deleted_and_the_refusal_names_the_page():
    version = CourseVersionFactory.create()
    page_of(version)
    course = version.course
    version.delete()
    with pytest.raises(ProtectedError, match=r"ProgramPage\.course"):
        course.delete()


def test_a_course_has_one_page_at_most():
    version = CourseVersionFactory.create()
    page_of(version)
    page_of(version)
    assert ProgramPage.objects.count() == CatalogPage.objects.count() == 1


def test_the_next_start_is_the_soonest_to_come_without_any_name(client, clock):
    version = CourseVersionFactory.create()
    soon = CohortFactory.create(version=version, capacity=3)
    seat = EnrolmentFactory.create(cohort=soon)
    html = shown(client, version)
    assert "November 30" in html
    assert "2 seats left" in html
    assert seat.user.last_name not in html
    assert soon.code not in html
    clock.set(clock.at.replace(year=2027))
    assert "November 30" not in shown(client, version)


def test_a_cohort_that_is_being_planned_starts_nothing(client):
    assert "November 30" not in shown(client, draft(teachers={}).version)


def test_a_cancelled_cohort_starts_nothing(client):
    cohort = CohortFactory.create()
    type(cohort).objects.update(state="cancelled")
    assert "November 30" not in shown(client, cohort.version)


def test_numbered_days_are_called_what_they_are():
    version = CourseVersionFactory.create(
        modules=[{"code": "read", "day": None}, {"code": "one", "day": 1}]
    )
    assert [day.label for day in outline(version)] == ["", "Day 1"]
    assert [day.label for day in outline(version, Meeting.SEMINAR)] == ["", "Seminar 1"]


def test_what_a_certificate_needs_follows_the_rules():
    modules = [
        {"code": "check", "minutes": 60, "assessment": "knowledge_check"},
        {"code": "skills", "minutes": 120, "assessment": "skills_application", "survey": "pre"},
    ]
    rules = {"pass_mark": 75, "attempts": 1, "minutes_required": 120}
    version = CourseVersionFactory.create(modules=modules, rules=rules)
    assert requirements(version) == [
        "Take part in at least 2 of 3 credited hours.",
        "Pass the Knowledge Check with 75 percent or more. You have 1 attempt.",
        "Pass the Skills Application: you handle a call while an assessor watches.",
        "The surveys are your choice. Your certificate never waits for an answer.",
    ]


def test_a_program_without_tests_says_so():
    version = CourseVersionFactory.create(modules=[{"code": "a"}])
    assert requirements(version)[-1] == "There is no test."


def test_prerequisites_and_what_a_program_opens_are_linked_both_ways(client):
    first = CourseVersionFactory.create(course__title="The week")
    second = CourseVersionFactory.create(
        course__title="The refresher", prerequisites=[first.course.code]
    )
    assert reverse("course", args=[second.course.code]) in shown(client, first)
    assert reverse("course", args=[first.course.code]) in shown(client, second)


def test_lessons_of_a_program_are_listed_and_ask_for_a_sign_in(client):
    call_command("load_curriculum", verbosity=0)
    call_command("load_pages")
    html = client.get(reverse("course", args=["cit-40"])).content.decode()
    lessons = LessonPage.objects.live()
    assert lessons.count() >= 4
    for lesson in lessons:
        assert lesson.url in html
    assert "Lessons open when you sign in." in html


@pytest.mark.parametrize("lessons", [1, 6])
def test_a_programs_page_takes_the_same_queries_however_long(
    client, lessons, django_assert_num_queries
):
    version = CourseVersionFactory.create(modules=[{"code": f"m{n}"} for n in range(lessons)])
    page_of(version)
    from_action = {"course": version.course.code, "intro": "Why.", "minutes": 5, "body": BODY}
    for number in range(lessons):
        _lesson(from_action | {"slug": f"l{number}", "module": f"m{number}"})
    client.force_login(User.objects.create_user("a@example.org"))
    shown(client, version)
    with django_assert_num_queries(19):
        shown(client, version)


def _lesson(document) -> None:
    publish_lesson(document=document | {"title": document["slug"], "next_shift": "Try it."})
