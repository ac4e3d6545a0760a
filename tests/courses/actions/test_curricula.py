from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError

from courses.actions import Outcome, load_course, load_courses, open_lesson
from courses.curriculum import parse_course
from courses.models import Course, CourseVersion
from lms.accounts.models import AuditEntry
from tests.factories import CohortFactory, EnrolmentFactory

pytestmark = pytest.mark.django_db


def module(code: str, **fields):
    return {
        "code": code,
        "title": code.title(),
        "topic": "A topic",
        "minutes": 60,
        "delivery": "classroom",
        "format": "lecture",
        "day": 1,
        "staffing": ["officer", "clinician"],
        "objectives": ["Knows what to do"],
    } | fields


def outline(*codes: str, **fields):
    document = {
        "code": "cit-mini",
        "title": "A short CIT course",
        "program": "CIT",
        "version": 1,
        "validity_months": 36,
        "rules": {"pass_mark": 80, "attempts": 2, "minutes_required": "all"},
        "capacity": {"default": 28, "sworn_min_percent": 80},
        "prerequisites": [],
        "modules": [module(code) for code in codes or ("welcome", "law")],
    } | fields
    return parse_course(document)


def load(spec):
    return load_course(spec=spec, by=None)


def test_an_outline_becomes_a_course_with_its_modules_in_order():
    loaded = load(outline("welcome", "law"))
    assert loaded.outcome is Outcome.CREATED
    assert [(m.code, m.position) for m in loaded.version.modules.all()] == [
        ("welcome", 1),
        ("law", 2),
    ]
    assert loaded.version.minutes_required == 120
    assert AuditEntry.objects.get().action == "course.loaded"


def test_the_same_outline_again_changes_nothing():
    first = load(outline())
    again = load(outline())
    assert again.outcome is Outcome.UNCHANGED
    assert again.version == first.version
    assert AuditEntry.objects.count() == 1


def test_a_changed_outline_replaces_a_version_nobody_is_taught_by():
    before = load(outline("welcome", "law")).version
    kept = before.modules.get(code="law").pk
    loaded = load(outline("law", "farewell", "welcome"))
    assert loaded.outcome is Outcome.REPLACED
    assert loaded.version == before
    assert [m.code for m in before.modules.all()] == ["law", "farewell", "welcome"]
    assert before.modules.get(code="law").pk == kept


def test_a_changed_outline_in_use_becomes_a_new_version_and_leaves_the_old_one_alone():
    old = load(outline("welcome", "law")).version
    CohortFactory(version=old)
    loaded = load(outline("welcome"))
    assert (loaded.outcome, loaded.version.number) == (Outcome.NEW_VERSION, 2)
    assert old.modules.count() == 2
    assert Course.objects.get().current == loaded.version


def test_the_new_version_once_loaded_is_unchanged():
    CohortFactory(version=load(outline("welcome", "law")).version)
    load(outline("welcome"))
    assert load(outline("welcome")).outcome is Outcome.UNCHANGED
    assert CourseVersion.objects.count() == 2


def test_a_version_number_of_the_author_is_kept():
    load(outline())
    assert load(replace(outline(), version=4)).version.number == 4


def test_a_module_that_people_have_read_in_cannot_go():
    version = load(outline("welcome", "law")).version
    seat = EnrolmentFactory(cohort=CohortFactory(version=version))
    open_lesson(enrolment=seat, module_code="law", page_id=1, page_title="Law", revision_id=None)
    seat.cohort.version = load(outline("welcome", title="Another course", code="other")).version
    seat.cohort.save()
    with pytest.raises(ValidationError, match="law"):
        load(outline("welcome"))


def test_an_unknown_prerequisite_loads_nothing():
    spec = outline(prerequisites=["cit-40"])
    with pytest.raises(ValidationError, match="cit-40"):
        load_courses(specs=[spec], by=None)
    assert not Course.objects.exists()


def test_courses_may_ask_for_one_another_in_any_order():
    first = outline(prerequisites=["later"])
    later = outline(code="later")
    assert len(load_courses(specs=[first, later], by=None)) == 2
