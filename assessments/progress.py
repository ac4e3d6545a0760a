"""How far seats have come with what is graded: the Knowledge Check and the Skills Application.

Read by dashboards and certificates. No survey is asked about.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.models import Attempt, KnowledgeCheck, SkillsAssessment, SkillsOutcome
from courses.models import (
    Cohort,
    CohortState,
    Enrolment,
    EnrolmentState,
    Module,
    TrainingSession,
)
from lms.accounts.clock import now

KNOWLEDGE_CHECK = "knowledge_check"
SKILLS_APPLICATION = "skills_application"

Starts = Mapping[tuple[int, int], datetime]


@dataclass(frozen=True, slots=True)
class KnowledgeState:
    """Where one seat stands with its Knowledge Check.

    `attempts_used` counts attempts handed in; `underway` is the number of the one that is not.
    `open` says whether questions can be answered now; `reason` says in a sentence why not.
    """

    required: bool
    passed: bool
    attempts_used: int
    attempts_allowed: int
    open: bool
    reason: str
    underway: int | None = None

    @property
    def attempts_left(self) -> int:
        """How many can still be handed in, the one under way included."""
        return max(self.attempts_allowed - self.attempts_used, 0)


@dataclass(frozen=True, slots=True)
class SkillsState:
    """Where one seat stands with the Skills Application; `outcome` None: nothing recorded yet.

    Where a course has several, all must be passed, and one "not yet" is the outcome.
    """

    required: bool
    outcome: SkillsOutcome | None


@dataclass(frozen=True, slots=True)
class SkillsRound:
    """One Skills Application of a cohort: who takes it, and the finding that counts for each."""

    module: Module
    starts_at: datetime | None
    seats: tuple[tuple[Enrolment, SkillsOutcome | None], ...]

    @property
    def has_started(self) -> bool:
        return self.starts_at is None or self.starts_at <= now()


class _Sitting(NamedTuple):
    number: int
    passed: bool | None  # None: not handed in


def knowledge_state(enrolment: Enrolment) -> KnowledgeState:
    """Where this seat stands with its Knowledge Check."""
    return knowledge_states([enrolment])[enrolment.pk]


def knowledge_states(enrolments: Iterable[Enrolment]) -> dict[int, KnowledgeState]:
    """Where each seat stands, by its id, in four queries however many seats there are."""
    seats = list(enrolments)
    cohorts = {
        cohort.pk: cohort
        for cohort in Cohort.objects.filter(
            pk__in={seat.cohort_id for seat in seats}
        ).select_related("version", "agency")
    }
    versions = {cohort.version_id for cohort in cohorts.values()}
    modules = {
        module.version_id: module
        for module in Module.objects.filter(
            version__in=versions, assessment=KNOWLEDGE_CHECK
        ).select_related("knowledge_check")
    }
    starts = _starts(cohorts, modules.values())
    sittings = _sittings(seats)
    return {
        seat.pk: _knowledge_state(seat, cohorts[seat.cohort_id], modules, starts, sittings[seat.pk])
        for seat in seats
    }


def _starts(cohort_ids: Iterable[int], modules: Iterable[Module]) -> Starts:
    """When each module is taught in each cohort, by their ids."""
    sessions = TrainingSession.objects.filter(
        cohort__in=list(cohort_ids), module__in=[module.pk for module in modules]
    )
    rows = sessions.values_list("cohort_id", "module_id", "starts_at")
    return {(cohort, module): starts_at for cohort, module, starts_at in rows}


def _sittings(seats: Iterable[Enrolment]) -> dict[int, list[_Sitting]]:
    found: dict[int, list[_Sitting]] = defaultdict(list)
    rows = Attempt.objects.filter(enrolment__in=[seat.pk for seat in seats])
    for seat, number, passed in rows.values_list("enrolment_id", "number", "passed"):
        found[seat].append(_Sitting(number, passed))
    return found


def _knowledge_state(
    seat: Enrolment,
    cohort: Cohort,
    modules: Mapping[int, Module],
    starts: Starts,
    sittings: list[_Sitting],
) -> KnowledgeState:
    module = modules.get(cohort.version_id)
    if module is None:
        return KnowledgeState(False, False, 0, 0, False, _("This course has no Knowledge Check."))
    used = sum(sitting.passed is not None for sitting in sittings)
    allowed = int(cohort.version.rules["attempts"])
    underway = next((sitting.number for sitting in sittings if sitting.passed is None), None)
    passed = any(sitting.passed for sitting in sittings)
    reason = _("You have passed.") if passed else _closed(seat, cohort, module)
    if not reason and underway is None:
        reason = _not_to_start(cohort, starts.get((cohort.pk, module.pk)), allowed - used)
    return KnowledgeState(True, passed, used, allowed, not reason, reason, underway)


def _closed(seat: Enrolment, cohort: Cohort, module: Module) -> str:
    """Why nobody in this seat can answer questions at all; empty if they can."""
    if seat.state != EnrolmentState.ENROLLED:
        return _("This seat was given up.")
    if cohort.state == CohortState.CANCELLED:
        return _("This class is not held.")
    # A related object that is missing is an AttributeError, so this reads it without a query.
    check: KnowledgeCheck | None = getattr(module, "knowledge_check", None)
    return "" if check else _("The questions are not ready yet. Tell the training office.")


def _not_to_start(cohort: Cohort, starts_at: datetime | None, left: int) -> str:
    if starts_at is not None and starts_at > now():
        return _("It opens on %(moment)s; come back then.") % {
            "moment": local_moment(cohort, starts_at)
        }
    if left <= 0:
        return _("You have used all your attempts. Talk to the training office.")
    return ""


def local_moment(cohort: Cohort, at: datetime) -> str:
    """A day and time in words, on the clock of the cohort's agency."""
    return date_format(at.astimezone(ZoneInfo(cohort.zone)), "l, F j, g:i a")


def skills_state(enrolment: Enrolment) -> SkillsState:
    """Where this seat stands with the Skills Application."""
    return skills_states([enrolment])[enrolment.pk]


def skills_states(enrolments: Iterable[Enrolment]) -> dict[int, SkillsState]:
    """Where each seat stands, by its id, in three queries however many seats there are."""
    seats = list(enrolments)
    cohort_ids = {seat.cohort_id for seat in seats}
    versions = dict(Cohort.objects.filter(pk__in=cohort_ids).values_list("pk", "version_id"))
    modules: dict[int, list[int]] = defaultdict(list)
    rows = Module.objects.filter(version__in=set(versions.values()), assessment=SKILLS_APPLICATION)
    for version, module in rows.values_list("version_id", "pk"):
        modules[version].append(module)
    standing = _standing(seats)
    return {
        seat.pk: _skills_state(
            [standing.get((seat.pk, module)) for module in modules[versions[seat.cohort_id]]]
        )
        for seat in seats
    }


def _standing(seats: Iterable[Enrolment]) -> dict[tuple[int, int], SkillsOutcome]:
    """The finding that counts, by seat and module: the one recorded last."""
    findings = SkillsAssessment.objects.filter(enrolment__in=[seat.pk for seat in seats])
    rows = findings.order_by("id").values_list("enrolment_id", "module_id", "outcome")
    return {(seat, module): SkillsOutcome(outcome) for seat, module, outcome in rows}


def _skills_state(outcomes: list[SkillsOutcome | None]) -> SkillsState:
    if not outcomes:
        return SkillsState(False, None)
    if SkillsOutcome.NOT_YET in outcomes:
        return SkillsState(True, SkillsOutcome.NOT_YET)
    passed = None not in outcomes
    return SkillsState(True, SkillsOutcome.PASSED if passed else None)


def skills_rounds(cohort: Cohort) -> list[SkillsRound]:
    """A cohort's Skills Applications as taught, with everybody seated, in four queries."""
    modules = list(cohort.version.modules.filter(assessment=SKILLS_APPLICATION))
    seats = list(
        cohort.enrolments.seated()
        .select_related("user__agency")
        .order_by("user__last_name", "user__first_name", "id")
    )
    starts, standing = _starts([cohort.pk], modules), _standing(seats)
    return [
        SkillsRound(
            module=module,
            starts_at=starts.get((cohort.pk, module.pk)),
            seats=tuple((seat, standing.get((seat.pk, module.pk))) for seat in seats),
        )
        for module in modules
    ]
