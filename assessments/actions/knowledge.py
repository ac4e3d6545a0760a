"""What is graded: bringing Knowledge Checks in, taking them, recording the Skills Application."""

from collections.abc import Iterable, Mapping
from random import SystemRandom
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.actions.instruments import Frozen
from assessments.knowledge import (
    KnowledgeCheckError,
    KnowledgeCheckSpec,
    draw,
    mark,
    parse_knowledge_check,
)
from assessments.models import (
    Attempt,
    KnowledgeCheck,
    Question,
    SkillsAssessment,
    SkillsOutcome,
)
from assessments.progress import (
    KNOWLEDGE_CHECK,
    SKILLS_APPLICATION,
    knowledge_state,
    local_moment,
)
from courses.models import CohortState, CourseVersion, Enrolment, EnrolmentState, Module
from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.models import User

Finding = tuple[Enrolment, Module, str]


@transaction.atomic
def load_knowledge_check(
    *, document: Mapping[str, Any], by: User | None
) -> tuple[KnowledgeCheck, bool]:
    """Brings in the bank of questions a document describes, for the course's newest version.

    Returns the check and whether anything changed. Raises KnowledgeCheckError, or Frozen where
    somebody has begun an attempt with other questions.
    """
    spec = parse_knowledge_check(document)
    module = _named_module(spec)
    check = KnowledgeCheck.objects.select_for_update().filter(module=module).first()
    if check and check.digest == spec.digest:
        return check, False
    if check and check.attempts.exists():
        raise Frozen(
            f"People have taken the Knowledge Check of {spec.course}, version "
            f"{module.version.number}; changed questions need a new version of the course"
        )
    check = check or KnowledgeCheck(module=module)
    check.title, check.draw, check.digest = spec.title, spec.draw, spec.digest
    check.save()
    _write_questions(check, spec)
    detail = {"course": spec.course, "version": module.version.number, "digest": spec.digest}
    record(action="knowledge_check.loaded", by=by, about=check, detail=detail)
    return check, True


def _named_module(spec: KnowledgeCheckSpec) -> Module:
    """The module a document names, locked, in the newest version of its course."""
    version = CourseVersion.objects.filter(course__code=spec.course).order_by("-number").first()
    if version is None:
        raise KnowledgeCheckError([f"course: {spec.course} is not loaded; run load_curriculum"])
    module = version.modules.select_for_update().filter(code=spec.module).first()
    if module is None:
        place = f"{spec.course}, version {version.number}"
        raise KnowledgeCheckError([f"module: {place} has no module {spec.module}"])
    if module.assessment != KNOWLEDGE_CHECK:
        raise KnowledgeCheckError([f"module: {spec.module} is not assessed by a Knowledge Check"])
    return module


def _write_questions(check: KnowledgeCheck, spec: KnowledgeCheckSpec) -> None:
    check.questions.all().delete()
    Question.objects.bulk_create(
        Question(
            check_of=check,
            code=question.code,
            text=question.text,
            choices=list(question.choices),
            correct=list(question.correct),
            explanation=question.explanation,
        )
        for question in spec.questions
    )


def _locked_seat(enrolment: Enrolment) -> Enrolment:
    return (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("cohort__version", "cohort__agency", "user")
        .get(pk=enrolment.pk)
    )


@transaction.atomic
def start_attempt(*, enrolment: Enrolment) -> Attempt:
    """Draws the questions of a new attempt, or returns the one that was begun and not handed in.

    Raises ValidationError, in words, where the Knowledge Check is not open to this seat.
    """
    seat = _locked_seat(enrolment)
    state = knowledge_state(seat)
    if not state.open:
        raise ValidationError(state.reason, code="not_open")
    if state.underway is not None:
        return seat.attempts.get(number=state.underway)
    # Locked, so that the bank cannot be replaced between the draw and the attempt.
    check = KnowledgeCheck.objects.select_for_update(of=("self",)).get(
        module__version=seat.cohort.version_id
    )
    bank = list(check.questions.values_list("code", flat=True))
    return Attempt.objects.create(
        enrolment=seat,
        check_of=check,
        number=state.attempts_used + 1,
        drawn=draw(bank, check.draw, SystemRandom()),
        started_at=now(),
    )


@transaction.atomic
def hand_in(*, attempt: Attempt, answers: Mapping[str, int]) -> Attempt:
    """Marks an attempt, once: handing it in again changes nothing and returns it as it stands.

    `answers` holds the position of the choice, by question code; what is left out is not right.
    The score is the percent right, rounded down. Raises ValidationError for an answer to a
    question that was not drawn, or a choice that is not there.
    """
    seat = _locked_seat(attempt.enrolment)
    attempt = Attempt.objects.get(pk=attempt.pk)
    if attempt.submitted_at is not None:
        return attempt
    questions = list(Question.objects.filter(check_of=attempt.check_of_id, code__in=attempt.drawn))
    _check_answers(questions, answers)
    attempt.answers = dict(answers)
    attempt.score = mark(questions, answers).percent
    attempt.passed = attempt.score >= seat.cohort.version.rules["pass_mark"]
    attempt.submitted_at = now()
    attempt.save(update_fields=["answers", "score", "passed", "submitted_at"])
    detail = {"attempt": attempt.number, "passed": attempt.passed}
    record(action="knowledge_check.handed_in", by=seat.user, about=seat, detail=detail)
    return attempt


def _check_answers(questions: Iterable[Question], answers: Mapping[str, int]) -> None:
    choices = {question.code: len(question.choices) for question in questions}
    for code, position in answers.items():
        if code not in choices:
            raise ValidationError(_("That question is not part of this attempt."), code="unknown")
        if isinstance(position, bool) or position not in range(choices[code]):
            raise ValidationError(_("That choice is not part of the question."), code="unknown")


@transaction.atomic
def record_skills(
    *, enrolment: Enrolment, module: Module, outcome: str, by: User
) -> SkillsAssessment:
    """Records an assessor's finding; the latest one counts. The same finding again writes nothing.

    Raises ValidationError before the session has started, for a seat that was given up, a module
    that is no Skills Application of this seat's course, and one's own seat.
    """
    seat = _locked_seat(enrolment)
    _check_finding(seat, module, by)
    standing = seat.skills_assessments.filter(module=module).order_by("id").last()
    if standing is not None and standing.outcome == outcome:
        return standing
    finding = SkillsAssessment.objects.create(
        enrolment=seat,
        module=module,
        outcome=SkillsOutcome(outcome),
        assessed_at=now(),
        assessed_by=by,
    )
    detail = {
        "module": module.code,
        "outcome": finding.outcome,
        "before": standing.outcome if standing else None,
    }
    record(action="skills.recorded", by=by, about=seat, detail=detail)
    return finding


def _check_finding(seat: Enrolment, module: Module, by: User) -> None:
    if module.version_id != seat.cohort.version_id or module.assessment != SKILLS_APPLICATION:
        raise ValidationError(
            _("This module is no Skills Application of the course."), code="wrong_module"
        )
    if seat.state != EnrolmentState.ENROLLED:
        raise ValidationError(
            _("%(person)s gave up the seat."), code="withdrawn", params={"person": seat.user}
        )
    if seat.cohort.state == CohortState.CANCELLED:
        raise ValidationError(_("This class is not held."), code="cancelled")
    if seat.user_id == by.pk:
        raise ValidationError(
            _("Somebody else has to assess you. Ask another assessor."), code="own_seat"
        )
    session = seat.cohort.sessions.filter(module=module, starts_at__gt=now()).first()
    if session is not None:
        raise ValidationError(
            _("This session starts on %(moment)s: you can record findings once it has."),
            code="not_started",
            params={"moment": local_moment(seat.cohort, session.starts_at)},
        )


@transaction.atomic
def record_findings(*, findings: Iterable[Finding], by: User) -> list[SkillsAssessment]:
    """Records the findings of one form, all or none. Raises ValidationError as record_skills."""
    # In one order, so that two assessors who save at once never wait for each other in a circle.
    in_order = sorted(findings, key=lambda finding: (finding[0].pk, finding[1].pk))
    return [
        record_skills(enrolment=seat, module=module, outcome=outcome, by=by)
        for seat, module, outcome in in_order
    ]
