import pytest
from django.db.models import ProtectedError
from wagtail.models import Page

from cms_pages.actions import publish_lesson
from cms_pages.models import HomePage, LessonPage
from courses.models import EnrolmentState, LessonProgress
from tests.factories import (
    CohortFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
PAYLOAD = "<script>alert(1)</script>"


def _publish(version, slug: str = "listening", module: str = "welcome") -> LessonPage:
    document = {
        "slug": slug,
        "course": version.course.code,
        "module": module,
        "title": f"Lesson {slug} {PAYLOAD}",
        "intro": f"Intro {PAYLOAD}",
        "minutes": 5,
        "body": [
            {"type": "heading", "value": f"Heading {PAYLOAD}"},
            {"type": "paragraph", "value": f"Paragraph {PAYLOAD}"},
            {"type": "list", "value": [f"Point {PAYLOAD}"]},
            {"type": "callout", "value": f"Callout {PAYLOAD}"},
            {"type": "crisis_line", "value": f"Line {PAYLOAD}"},
        ],
        "next_shift": f"Shift {PAYLOAD}",
    }
    lesson = publish_lesson(document=document)
    assert lesson is not None
    return lesson


@pytest.fixture
def lesson():
    return _publish(CourseVersionFactory.create())


@pytest.fixture
def seat(lesson):
    return EnrolmentFactory.create(cohort=CohortFactory.create(version=lesson.module.version))


def test_a_lesson_asks_visitors_to_sign_in_and_leads_back(client, lesson):
    answer = client.get(lesson.url)
    assert answer.url == f"/accounts/login/?next={lesson.url}"


def test_opening_a_lesson_is_noted_with_the_revision_that_was_shown(client, lesson, seat):
    client.force_login(seat.user)
    assert client.get(lesson.url).status_code == 200
    progress = LessonProgress.objects.get()
    assert (progress.enrolment, progress.page_id) == (seat, lesson.pk)
    assert progress.revision_id == lesson.get_latest_revision().pk
    assert progress.read_at is None


def test_opening_it_again_notes_nothing_new(client, lesson, seat):
    client.force_login(seat.user)
    for _ in range(2):
        client.get(lesson.url)
    assert LessonProgress.objects.count() == 1


def test_people_without_a_seat_read_it_and_nothing_is_noted(client, lesson):
    client.force_login(UserFactory.create())
    page = client.get(lesson.url)
    assert page.status_code == 200
    assert "I have read this" not in page.content.decode()
    assert not LessonProgress.objects.exists()


def test_a_seat_given_up_notes_nothing(client, lesson, seat):
    seat.state = EnrolmentState.WITHDRAWN
    seat.save()
    client.force_login(seat.user)
    client.get(lesson.url)
    assert not LessonProgress.objects.exists()


def test_a_lesson_written_for_one_version_serves_the_next(client, lesson):
    newer = CourseVersionFactory.create(course=lesson.module.version.course, number=2)
    seat = EnrolmentFactory.create(cohort=CohortFactory.create(version=newer))
    client.force_login(seat.user)
    client.get(lesson.url)
    assert LessonProgress.objects.get().module == newer.modules.get(code="welcome")


def test_lessons_of_a_version_are_those_whose_module_it_has():
    version = CourseVersionFactory.create()
    ours = _publish(version, "ours")
    _publish(CourseVersionFactory.create(), "theirs")
    hidden = _publish(version, "hidden")
    hidden.unpublish()
    assert list(LessonPage.lessons.for_version(version.pk, version.course_id)) == [ours]


def test_what_editors_type_stays_text(client, lesson, seat):
    client.force_login(seat.user)
    page = client.get(lesson.url).content.decode()
    for word in ("Intro", "Heading", "Paragraph", "Point", "Callout", "Line", "Shift"):
        assert word in page
    assert PAYLOAD not in page


def test_a_draft_is_found_by_nobody(client, lesson, seat):
    lesson.unpublish()
    client.force_login(seat.user)
    assert client.get(lesson.url).status_code == 404


def test_deleting_a_lesson_keeps_the_record_of_its_reading(client, lesson, seat):
    client.force_login(seat.user)
    client.get(lesson.url)
    title = lesson.title
    lesson.delete()
    assert LessonProgress.objects.get().page_title == title


def test_a_module_with_a_lesson_cannot_be_deleted(lesson):
    with pytest.raises(ProtectedError):
        lesson.module.delete()


def test_the_front_page_answers_and_lists_programs(client):
    CourseVersionFactory.create(course__title="De-escalation for everybody")
    page = client.get("/")
    assert page.status_code == 200
    assert "De-escalation for everybody" in page.content.decode()


def test_there_is_one_front_page():
    assert HomePage.objects.count() == 1
    assert not HomePage.can_create_at(Page.objects.get(depth=1))


@pytest.mark.parametrize("model", [HomePage, LessonPage])
def test_the_blocks_of_a_body_stay_out_of_migrations(model):
    _, _, positional, named = model._meta.get_field("body").deconstruct()
    assert positional == []
    assert not {"block_types", "block_lookup"} & set(named)
