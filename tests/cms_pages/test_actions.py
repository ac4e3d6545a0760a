import pytest
from django.core.management import call_command

from cms_pages.actions import fill_front_page, publish_content_page, publish_lesson
from cms_pages.models import ContentPage, HomePage, LessonPage
from tests.factories import CourseVersionFactory

pytestmark = pytest.mark.django_db
WORDS = {"headline": "Hello", "lead": "Come in.", "body": [{"type": "heading", "value": "Why"}]}
PLAIN = {"slug": "about", "title": "About", "lead": "Who we are.", "body": []}


def test_the_front_page_gets_its_first_words(client):
    fill_front_page(document=WORDS)
    assert "Come in." in client.get("/").content.decode()


def test_a_front_page_that_an_editor_has_published_is_left_alone():
    home = HomePage.objects.get()
    home.headline = "Ours"
    home.save_revision().publish()
    fill_front_page(document=WORDS)
    assert HomePage.objects.get().headline == "Ours"


def test_a_page_is_published_once_at_its_address(client):
    for _ in range(2):
        publish_content_page(document=PLAIN)
    assert ContentPage.objects.filter(slug="about").count() == 1
    assert client.get("/about/").status_code == 200


def test_a_page_that_an_editor_has_changed_is_left_alone():
    page = publish_content_page(document=PLAIN)
    page.title = "About us"
    page.save_revision().publish()
    publish_content_page(document=PLAIN)
    assert ContentPage.objects.get(slug="about").title == "About us"


def _lesson(course: str, module: str = "welcome") -> dict[str, object]:
    return {
        "slug": "listening",
        "course": course,
        "module": module,
        "title": "Listening",
        "intro": "How to listen.",
        "minutes": 5,
        "body": [],
        "next_shift": "Try it once.",
    }


def test_a_lesson_is_published_once():
    version = CourseVersionFactory.create()
    for _ in range(2):
        publish_lesson(document=_lesson(version.course.code))
    assert LessonPage.objects.count() == 1


def test_a_lesson_teaches_the_module_of_the_newest_version():
    old = CourseVersionFactory.create()
    new = CourseVersionFactory.create(course=old.course, number=2)
    lesson = publish_lesson(document=_lesson(old.course.code))
    assert lesson is not None
    assert lesson.module.version == new


def test_a_lesson_whose_module_is_not_loaded_is_left_out():
    assert publish_lesson(document=_lesson("nothing")) is None
    version = CourseVersionFactory.create()
    assert publish_lesson(document=_lesson(version.course.code, "no-such-module")) is None
    assert not LessonPage.objects.exists()


def test_the_shipped_pages_and_lessons_load_and_answer(client, capsys):
    call_command("load_curriculum", verbosity=0)
    for _ in range(2):
        call_command("load_pages")
    assert "not loaded" not in capsys.readouterr().out
    assert LessonPage.objects.count() >= 3
    for path in ("/", "/privacy/", "/accessibility/", "/contact/"):
        assert client.get(path).status_code == 200, path


def test_pages_load_before_the_curriculum_too_and_say_what_is_missing(capsys):
    call_command("load_pages")
    assert "load_curriculum first" in capsys.readouterr().out
    assert not LessonPage.objects.exists()
