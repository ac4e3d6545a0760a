"""Loading course outlines. A version that a cohort is taught by never changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, ProtectedError
from django.utils.translation import gettext as _

from courses.curriculum import CourseSpec, ModuleSpec
from courses.models import Course, CourseVersion
from lms.accounts.audit import record
from lms.accounts.models import User

# Positions are unique within a version, so modules step aside before they are put in new order.
_ASIDE = 10_000


class Outcome(StrEnum):
    """What became of one outline."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    REPLACED = "replaced"
    NEW_VERSION = "new version"


@dataclass(frozen=True, slots=True)
class LoadedCourse:
    """The version that an outline stands for after loading, and what was done."""

    version: CourseVersion
    outcome: Outcome


@transaction.atomic
def load_courses(*, specs: Iterable[CourseSpec], by: User | None) -> list[LoadedCourse]:
    """Loads outlines together, all or none. Raises ValidationError for a prerequisite that no
    course answers to."""
    specs = list(specs)
    loaded = [load_course(spec=spec, by=by) for spec in specs]
    known = set(Course.objects.values_list("code", flat=True))
    for spec in specs:
        for code in spec.prerequisites:
            if code not in known:
                raise ValidationError(
                    _("%(course)s asks for %(code)s, and there is no such course."),
                    code="unknown_prerequisite",
                    params={"course": spec.code, "code": code},
                )
    return loaded


@transaction.atomic
def load_course(*, spec: CourseSpec, by: User | None) -> LoadedCourse:
    """Makes a course's newest version equal to the outline.

    The same outline changes nothing. A changed one replaces a version that no cohort is taught by,
    and becomes a new version otherwise. Raises ValidationError where a module that would go has
    lessons or a test.
    """
    course, _created = Course.objects.get_or_create(
        code=spec.code,
        defaults={"title": spec.title, "program": spec.program, "position": Course.objects.count()},
    )
    Course.objects.select_for_update().get(pk=course.pk)
    newest = course.versions.order_by("-number").first()
    if newest is not None and newest.digest == spec.digest:
        return LoadedCourse(newest, Outcome.UNCHANGED)
    version, outcome = _version_for(course, newest, spec)
    _write_course(course, spec)
    _write_modules(version, spec.modules)
    detail = {"version": version.number, "digest": spec.digest, "outcome": str(outcome)}
    record(action="course.loaded", by=by, about=course, detail=detail)
    return LoadedCourse(version, outcome)


def _version_for(
    course: Course, newest: CourseVersion | None, spec: CourseSpec
) -> tuple[CourseVersion, Outcome]:
    content = _version_fields(spec)
    if newest is None:
        version = CourseVersion.objects.create(course=course, number=spec.version, **content)
        return version, Outcome.CREATED
    if newest.is_in_use:
        number = max(newest.number + 1, spec.version)
        version = CourseVersion.objects.create(course=course, number=number, **content)
        return version, Outcome.NEW_VERSION
    newest.number = max(newest.number, spec.version)
    for name, value in content.items():
        setattr(newest, name, value)
    newest.save()
    return newest, Outcome.REPLACED


def _version_fields(spec: CourseSpec) -> dict[str, Any]:
    return {
        "title": spec.title,
        "validity_months": spec.validity_months,
        "rules": {
            "pass_mark": spec.rules.pass_mark,
            "attempts": spec.rules.attempts,
            "minutes_required": spec.rules.minutes_required,
        },
        "capacity": spec.capacity.default,
        "sworn_min_percent": spec.capacity.sworn_min_percent,
        "prerequisites": list(spec.prerequisites),
        "digest": spec.digest,
    }


def _write_course(course: Course, spec: CourseSpec) -> None:
    course.title, course.program, course.summary = spec.title, spec.program, spec.summary
    course.save(update_fields=["title", "program", "summary"])


def _write_modules(version: CourseVersion, specs: Iterable[ModuleSpec]) -> None:
    """Writes the modules by their codes, so that lessons stay with the module they teach."""
    version.modules.update(position=F("position") + _ASIDE)
    kept = [_write_module(version, position, spec) for position, spec in enumerate(specs, start=1)]
    try:
        version.modules.exclude(code__in=kept).delete()
    except ProtectedError as error:
        codes = version.modules.exclude(code__in=kept).values_list("code", flat=True)
        raise ValidationError(
            _("%(course)s: lessons or a test belong to %(codes)s. Move them first."),
            code="module_protected",
            params={"course": version.course.code, "codes": ", ".join(codes)},
        ) from error


def _write_module(version: CourseVersion, position: int, spec: ModuleSpec) -> str:
    fields = {
        "position": position,
        "title": spec.title,
        "topic": spec.topic,
        "minutes": spec.minutes,
        "delivery": spec.delivery,
        "format": spec.format,
        "day": spec.day,
        "staffing": list(spec.staffing),
        "survey": spec.survey or "",
        "assessment": spec.assessment or "",
        "objectives": list(spec.objectives),
    }
    version.modules.update_or_create(code=spec.code, defaults=fields)
    return spec.code
