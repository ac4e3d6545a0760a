"""Whether a seat has earned its certificate, and in words what is missing.

Pulled from below: minutes from the ledger, the Knowledge Check and the Skills Application from
the assessments. No survey is asked about, ever.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from assessments.models import SkillsOutcome
from courses.ledger import Ledger
from courses.models import Enrolment, EnrolmentState

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
    if enrolment.state != EnrolmentState.ENROLLED:
        yield Missing(Requirement.SEAT, _("The seat was given up."))
    yield from _missing_minutes(enrolment, ledger)
    yield from _missing_knowledge_checks(enrolment)
    yield from _missing_skills(enrolment)
    yield from _revoked(enrolment)


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


def _missing_knowledge_checks(enrolment: Enrolment) -> Iterator[Missing]:
    passed = set(enrolment.attempts.filter(passed=True).values_list("check_of__module", flat=True))
    for module in enrolment.cohort.version.modules.filter(assessment="knowledge_check"):
        if module.pk not in passed:
            text = _("%(module)s: not passed yet.") % {"module": module.title}
            yield Missing(Requirement.KNOWLEDGE_CHECK, text)


def _missing_skills(enrolment: Enrolment) -> Iterator[Missing]:
    findings = enrolment.skills_assessments.order_by("id").values_list("module", "outcome")
    latest = dict(findings)
    for module in enrolment.cohort.version.modules.filter(assessment="skills_application"):
        if latest.get(module.pk) != SkillsOutcome.PASSED:
            text = _("%(module)s: not passed yet.") % {"module": module.title}
            yield Missing(Requirement.SKILLS_APPLICATION, text)


def _revoked(enrolment: Enrolment) -> Iterator[Missing]:
    if enrolment.certificates.filter(revocation__isnull=False).exists():
        text = _("The certificate of this seat was revoked. A new one needs a decision.")
        yield Missing(Requirement.NOT_REVOKED, text)
