"""What the public pages say of a program: the records as they stand, beside an editor's words."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.models import Page

from courses.models import Cohort, CohortState, Course, CourseVersion, EnrolmentState, Module
from lms.accounts.clock import today

# How many other programs a program's page points to.
_RELATED = 3


class ProgramGroup(models.TextChoices):
    """The shelves of the catalog."""

    CRISIS = "crisis", gettext_lazy("Crisis intervention")
    WELLNESS = "wellness", gettext_lazy("First aid and wellness")
    JUSTICE = "justice", gettext_lazy("Justice and equity")


class Meeting(models.TextChoices):
    """What the numbered days of an outline are."""

    DAY = "day", gettext_lazy("Days")
    MEETING = "meeting", gettext_lazy("Meetings, weeks or months apart")
    SEMINAR = "seminar", gettext_lazy("Monthly seminars")


_NUMBERED = {
    Meeting.DAY: gettext_lazy("Day %(n)d"),
    Meeting.MEETING: gettext_lazy("Meeting %(n)d"),
    Meeting.SEMINAR: gettext_lazy("Seminar %(n)d"),
}
TEACHERS = {
    "officer": gettext_lazy("officer"),
    "clinician": gettext_lazy("clinician"),
    "dispatcher": gettext_lazy("dispatcher"),
    "lived_experience": gettext_lazy("people with lived experience"),
    "family_member": gettext_lazy("family members"),
    "attorney": gettext_lazy("attorney"),
    "facilitator": gettext_lazy("facilitator"),
    "assessor": gettext_lazy("assessor"),
    "coordinator": gettext_lazy("coordinator"),
}
DELIVERED = {
    "classroom": gettext_lazy("In person"),
    "online": gettext_lazy("Online"),
    "blended": gettext_lazy("Online and in person"),
}


@dataclass(frozen=True)
class NextStart:
    """The soonest scheduled cohort of a program: its first day, and seats that nobody has."""

    day: date
    seats_left: int


@dataclass(frozen=True)
class Program:
    """A course, its newest version and, where an editor has published one, its page."""

    course: Course
    version: CourseVersion
    page: Any
    next_start: NextStart | None
    hidden: bool

    @property
    def url(self) -> str:
        return reverse("course", args=[self.course.code])

    @property
    def title(self) -> str:
        return self.page.title if self.page else self.course.title

    @property
    def text(self) -> str:
        return self.page.lead if self.page else self.course.summary

    @property
    def group(self) -> str:
        return self.page.group if self.page else ""

    @property
    def group_label(self) -> str:
        return self.page.get_group_display() if self.page else self.course.program

    @property
    def delivery(self) -> str:
        return str(DELIVERED[_delivery(self.version.modules.all())])


@dataclass(frozen=True)
class Day:
    """One day of an outline. `label` is empty for what is done in one's own time."""

    label: str
    modules: list[Module]

    @property
    def minutes(self) -> int:
        return sum(module.minutes for module in self.modules)


def programs(*, with_hidden: bool = False) -> list[Program]:
    """Every program with an outline, in the catalog's order, in five queries however many.

    A program whose page was taken off the site, or is kept from the public, is hidden with it. A
    first draft hides nothing: until it is published the program shows its bare records.
    """
    kept_back = set(Page.objects.not_public().values_list("pk", flat=True))
    starts = _next_starts()
    found = []
    for course in Course.objects.for_catalog().select_related("program_page"):
        page = getattr(course, "program_page", None)
        shown = page if page and page.live else None
        hidden = _is_hidden(page, kept_back)
        found.append(Program(course, course.current, shown, starts.get(course.pk), hidden))
    return [program for program in found if with_hidden or not program.hidden]


def _is_hidden(page: Any, kept_back: set[int]) -> bool:
    if page is None:
        return False
    return page.pk in kept_back if page.live else page.first_published_at is not None


def _next_starts() -> dict[int, NextStart]:
    seated = Q(enrolments__state=EnrolmentState.ENROLLED)
    coming = (
        Cohort.objects.filter(state=CohortState.SCHEDULED)
        .filter(starts_on__gt=today(settings.TIME_ZONE))
        .annotate(course=F("version__course"), taken=Count("enrolments", filter=seated))
        .order_by("-starts_on", "-pk")
        .values_list("course", "starts_on", "capacity", "taken")
    )
    # The soonest comes last and stays.
    return {
        course: NextStart(day, max(capacity - taken, 0)) for course, day, capacity, taken in coming
    }


def program_context(code: str, *, page: Any = None) -> dict[str, Any]:
    """What the page of one program shows. `page` holds words that may not be published yet, as in a
    preview; without it those of the published page stand, if there is one."""
    everything = programs(with_hidden=True)
    by_code = {program.course.code: program for program in everything}
    program = by_code.get(code)
    if program is None:
        return {"program": None}
    words = page or program.page
    version = program.version
    days = outline(version, Meeting(words.meets_in) if words else Meeting.DAY)
    modules = list(version.modules.all())
    return {
        "program": program,
        "words": words,
        "days": days,
        "meetings": sum(1 for day in days if day.label),
        "session_count": sum(1 for module in modules if module.minutes),
        "teachers": _teachers(modules),
        "together": _together(modules),
        "requirements": requirements(version),
        "prerequisites": [by_code[one] for one in version.prerequisites if one in by_code],
        "leads_to": [
            other
            for other in everything
            if code in other.version.prerequisites and not other.hidden
        ],
        "related": _related(program, words, everything),
    }


def outline(version: CourseVersion, meeting: Meeting = Meeting.DAY) -> list[Day]:
    """The modules day by day; what has no day comes first or last, as the outline has it."""
    numbered = _NUMBERED[meeting]
    return [
        Day(str(numbered) % {"n": day} if day else "", list(modules))
        for day, modules in groupby(version.modules.all(), key=lambda module: module.day)
    ]


def _delivery(modules: Any) -> str:
    """How the credited minutes are taught: all in one way, or blended."""
    ways = {module.delivery for module in modules if module.minutes}
    return ways.pop() if len(ways) == 1 else "blended" if ways else "classroom"


def _teachers(modules: list[Module]) -> str:
    """The kinds of people who teach, those who teach most first, as one list of words."""
    counted = Counter(kind for module in modules for kind in module.staffing)
    kinds = ", ".join(str(TEACHERS.get(kind, kind)) for kind, _count in counted.most_common())
    return kinds[:1].upper() + kinds[1:]


def _together(modules: list[Module]) -> str:
    """How many sessions an officer and a clinician teach side by side, in a sentence."""
    taught = [module for module in modules if module.staffing and module.minutes]
    paired = [module for module in taught if {"officer", "clinician"} <= set(module.staffing)]
    if not paired:
        return ""
    if len(paired) == len(taught):
        return _("An officer and a clinician teach every session side by side.")
    return _("An officer and a clinician teach %(paired)d of %(taught)d sessions side by side.") % {
        "paired": len(paired),
        "taught": len(taught),
    }


def requirements(version: CourseVersion) -> list[str]:
    """What a certificate needs, from the version's rules: one sentence each."""
    modules = list(version.modules.all())
    tests = {module.assessment for module in modules if module.assessment}
    needed = [_attendance(version)]
    if "knowledge_check" in tests:
        attempts = version.rules["attempts"]
        needed.append(
            ngettext(
                "Pass the Knowledge Check with %(mark)d percent or more. You have %(n)d attempt.",
                "Pass the Knowledge Check with %(mark)d percent or more. You have %(n)d attempts.",
                attempts,
            )
            % {"mark": version.rules["pass_mark"], "n": attempts}
        )
    if "skills_application" in tests:
        needed.append(
            _("Pass the Skills Application: you handle a call while an assessor watches.")
        )
    if not tests:
        needed.append(_("There is no test."))
    if any(module.survey for module in modules):
        needed.append(_("The surveys are your choice. Your certificate never waits for an answer."))
    return needed


def _attendance(version: CourseVersion) -> str:
    total, required = version.minutes, version.minutes_required
    if required >= total:
        return _("Take part in all of it: every credited minute counts.")
    return _("Take part in at least %(required)s of %(total)s credited hours.") % {
        "required": f"{required / 60:g}",
        "total": f"{total / 60:g}",
    }


def _related(program: Program, words: Any, everything: list[Program]) -> list[Program]:
    """Neighbours on the shelf that the page does not name already."""
    named = {program.course.code, *program.version.prerequisites}
    if not words:
        return []
    neighbours = [
        other
        for other in everything
        if other.group == words.group and not other.hidden and other.course.code not in named
    ]
    return neighbours[:_RELATED]
