import pytest
from django.urls import reverse

from cms_pages.actions import publish_lesson
from courses.models import Cohort, LessonProgress
from tests.factories import (
    CohortFactory,
    CourseFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def _catalog(client) -> str:
    return client.get("/catalog/").content.decode()


def test_the_catalog_lists_every_program_that_has_an_outline(client):
    shown = CourseVersionFactory.create(course__title="De-escalation for everybody")
    CourseFactory.create(title="Only an idea")
    page = _catalog(client)
    assert "De-escalation for everybody" in page
    assert reverse("course", args=[shown.course.code]) in page
    assert "Only an idea" not in page


def test_an_empty_catalog_says_so(client):
    assert "No program is published yet." in _catalog(client)


@pytest.mark.parametrize(("path", "queries"), [("/catalog/", 6), ("/", 9)])
@pytest.mark.parametrize("count", [1, 30])
def test_the_lists_of_programs_take_the_same_queries_however_long(
    client, path, queries, count, django_assert_num_queries
):
    """Counted with the site's addresses known already, as they are after the first page."""
    client.get(path)
    CourseVersionFactory.create_batch(count)
    with django_assert_num_queries(queries):
        client.get(path)


def test_a_program_shows_its_outline_day_by_day(client):
    modules = [
        {"code": "a", "day": 1, "title": "Listening"},
        {"code": "b", "day": 1, "title": "Speaking"},
        {"code": "c", "day": 2, "title": "Scenarios"},
    ]
    version = CourseVersionFactory.create(modules=modules)
    page = client.get(reverse("course", args=[version.course.code])).content.decode()
    places = [page.index(word) for word in ("Day 1", "Listening", "Speaking", "Day 2", "Scenarios")]
    assert places == sorted(places)


def test_a_program_shows_its_newest_version(client):
    old = CourseVersionFactory.create(modules=[{"code": "a", "title": "Old module"}])
    CourseVersionFactory.create(
        course=old.course, number=2, modules=[{"code": "a", "title": "New module"}]
    )
    page = client.get(reverse("course", args=[old.course.code])).content.decode()
    assert "New module" in page
    assert "Old module" not in page


@pytest.mark.parametrize("code", ["nothing", "only-an-idea"])
def test_a_program_that_is_not_published_is_not_found(client, code):
    CourseFactory.create(code="only-an-idea")
    assert client.get(f"/catalog/{code}/").status_code == 404


@pytest.fixture
def lesson():
    version = CourseVersionFactory.create()
    document = {
        "slug": "listening",
        "course": version.course.code,
        "module": "welcome",
        "title": "Listening",
        "intro": "How to listen.",
        "minutes": 5,
        "body": [{"type": "paragraph", "value": "Say less."}],
        "next_shift": "Try it once.",
    }
    return publish_lesson(document=document)


@pytest.fixture
def seat(lesson):
    return EnrolmentFactory.create(cohort=CohortFactory.create(version=lesson.module.version))


def _open_and_read(client, lesson):
    assert client.get(lesson.url).status_code == 200
    return _read(client, lesson)


def _read(client, lesson):
    client.get(lesson.url)
    return client.post(reverse("read_lesson", args=[lesson.pk]))


def test_saying_that_one_has_read_a_lesson_is_noted_for_ones_seat(client, lesson, seat):
    client.force_login(seat.user)
    answer = _open_and_read(client, lesson)
    assert answer.url == reverse("learner:home")
    progress = LessonProgress.objects.get()
    assert (progress.enrolment, progress.module.code) == (seat, "welcome")
    assert progress.read_at is not None


def test_what_was_never_shown_was_not_read(client, lesson, seat):
    client.force_login(seat.user)
    answer = client.post(reverse("read_lesson", args=[lesson.pk]))
    assert answer.url == lesson.url
    assert not LessonProgress.objects.exists()


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_nothing_more_is_earned_in_a_cohort_that_is_over(client, lesson, seat, state):
    Cohort.objects.update(state=state)
    client.force_login(seat.user)
    _read(client, lesson)
    assert not LessonProgress.objects.filter(read_at__isnull=False).exists()


def test_saying_it_twice_keeps_the_first_time(client, lesson, seat, clock):
    client.force_login(seat.user)
    _open_and_read(client, lesson)
    first = LessonProgress.objects.get().read_at
    clock.forward(days=1)
    _read(client, lesson)
    assert LessonProgress.objects.get().read_at == first


def test_nobody_else_is_noted(client, lesson, seat):
    other = EnrolmentFactory.create(cohort=seat.cohort)
    client.force_login(seat.user)
    _read(client, lesson)
    assert not other.lessons.exists()


def test_without_a_seat_in_the_course_there_is_nothing_to_note(client, lesson):
    client.force_login(EnrolmentFactory.create().user)
    assert _read(client, lesson).status_code == 404
    client.force_login(UserFactory.create())
    assert _read(client, lesson).status_code == 404
    assert not LessonProgress.objects.exists()


def test_a_lesson_taken_off_the_site_cannot_be_read(client, lesson, seat):
    lesson.unpublish()
    client.force_login(seat.user)
    assert _read(client, lesson).status_code == 404
