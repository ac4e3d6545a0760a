"""Whether a seat has earned its certificate, and in words what is missing.

Pulled from below: minutes from the ledger, the Knowledge Check and the Skills Application from
the assessments. No survey is asked about, ever.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from assessments.models import Attempt, SkillsAssessment, SkillsOutcome
from certificates.models import Revocation
from courses.hours.ledger import Ledger
from courses.models import Enrolment, EnrolmentState, Module

MINUTES_OF_ALL = "all"


class Requirement(StrEnum):
    """A kind of thing that a certificate needs."""

    SEAT = "seat"
    MINUTES = "minutes"
    KNOWLEDGE_CHECK = "knowledge_check"
    SKILLS_APPLICATION = "skills_application"
    NOT_REVOKED = "not_revoked"
    PRINTABLE = "printable"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that stands between a seat and its certificate, in a sentence to show."""

    requirement: Requirement
    text: str


def missing_for(enrolment: Enrolment, ledger: Ledger) -> Iterator[Missing]:
    """What is missing, in the order in which a week is taught; nothing when it is complete."""
    yield from missing_for_each([enrolment], {enrolment.pk: ledger})[enrolment.pk]


def missing_for_each(
    seats: Sequence[Enrolment], ledgers: Mapping[int, Ledger]
) -> dict[int, list[Missing]]:
    """The same for several seats of one cohort, by their id, in four queries."""
    found = _found(seats)
    return {seat.pk: list(_missing(seat, ledgers[seat.pk], found)) for seat in seats}


@dataclass(frozen=True, slots=True)
class _Found:
    """What was recorded of seats besides minutes, as pairs of seat and module id; `revoked` holds
    seats."""

    assessed: Sequence[Module]
    passed: Collection[tuple[int, int]]
    skills: Mapping[tuple[int, int], str]
    revoked: Collection[int]


def _found(seats: Sequence[Enrolment]) -> _Found:
    version = seats[0].cohort.version_id if seats else None
    passed = Attempt.objects.filter(enrolment__in=seats, passed=True)
    findings = SkillsAssessment.objects.filter(enrolment__in=seats).order_by("id")
    revoked = Revocation.objects.filter(certificate__enrolment__in=seats)
    return _Found(
        list(Module.objects.filter(version=version).exclude(assessment="")),
        set(passed.values_list("enrolment", "check_of__module")),
        {(seat, module): outcome for seat, module, outcome in findings.values_list(*_FINDING)},
        set(revoked.values_list("certificate__enrolment", flat=True)),
    )


_FINDING = ("enrolment", "module", "outcome")


def _missing(seat: Enrolment, ledger: Ledger, found: _Found) -> Iterator[Missing]:
    if seat.state != EnrolmentState.ENROLLED:
        yield Missing(Requirement.SEAT, _("The seat was given up."))
    yield from _missing_minutes(seat, ledger)
    for kind, has_passed in (
        (Requirement.KNOWLEDGE_CHECK, lambda pair: pair in found.passed),
        (Requirement.SKILLS_APPLICATION, lambda pair: found.skills.get(pair) == _PASSED),
    ):
        for module in found.assessed:
            if module.assessment == kind and not has_passed((seat.pk, module.pk)):
                yield Missing(kind, _("%(module)s: not passed yet.") % {"module": module.title})
    if seat.pk in found.revoked:
        text = _("The certificate of this seat was revoked. A new one needs a decision.")
        yield Missing(Requirement.NOT_REVOKED, text)


_PASSED = SkillsOutcome.PASSED


def _missing_minutes(enrolment: Enrolment, ledger: Ledger) -> Iterator[Missing]:
    if enrolment.cohort.version.rules["minutes_required"] != MINUTES_OF_ALL:
        if not ledger.is_complete:
            text = _("%(earned)d of %(required)d credited minutes.")
            total = {"earned": ledger.earned, "required": ledger.required}
            yield Missing(Requirement.MINUTES, text % total)
        return
    for line in ledger.lines:
        if line.earned < line.minutes:
            text = _("%(module)s: %(earned)d of %(required)d minutes.")
            values: dict[str, object] = {
                "module": line.title,
                "earned": line.earned,
                "required": line.minutes,
            }
            yield Missing(Requirement.MINUTES, text % values)
