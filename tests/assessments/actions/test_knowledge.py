import copy
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connections
from pytest_django import DjangoAssertNumQueries

from assessments.actions.instruments import Frozen
from assessments.actions.knowledge import (
    hand_in,
    load_knowledge_check,
    record_findings,
    record_skills,
    start_attempt,
)
from assessments.knowledge import KnowledgeCheckError
from assessments.models import Attempt, KnowledgeCheck, SkillsAssessment, SkillsOutcome
from assessments.progress import (
    knowledge_state,
    knowledge_states,
    skills_rounds,
    skills_state,
    skills_states,
)
from courses.actions import withdraw
from courses.models import Cohort, CourseVersion, Enrolment, Module
from lms.accounts.models import AuditEntry, User
from tests.conftest import Clock
from tests.factories import (
    CohortFactory,
    CourseFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)

MODULES = [
    {"code": "welcome"},
    {"code": "skills", "assessment": "skills_application"},
    {"code": "check", "assessment": "knowledge_check"},
]
DOCUMENT = {
    "course": "cit",
    "module": "check",
    "title": "Knowledge Check",
    "draw": 5,
    "questions": [
        {
            "code": f"Q{n}",
            "text": f"Question {n}?",
            "choices": ["a", "b", "c"],
            "correct": [n % 3],
            "explanation": f"Because of {n}.",
        }
        for n in range(8)
    ],
}


@pytest.fixture
def version(db: None) -> CourseVersion:
    return make_version()


def make_version() -> CourseVersion:
    made = CourseVersionFactory.create(course=CourseFactory.create(code="cit"), modules=MODULES)
    load_knowledge_check(document=DOCUMENT, by=None)
    return made


@pytest.fixture
def cohort(version: CourseVersion, clock: Clock) -> Cohort:
    return make_cohort(version, clock)


def make_cohort(version: CourseVersion, clock: Clock) -> Cohort:
    """A cohort all of whose sessions have begun."""
    made = CohortFactory.create(version=version)
    clock.set(max(session.starts_at for session in made.sessions.all()))
    return made


@pytest.fixture
def seat(cohort: Cohort) -> Enrolment:
    return EnrolmentFactory.create(cohort=cohort)


@pytest.fixture
def skills(version: CourseVersion) -> Module:
    return version.modules.get(code="skills")


@pytest.fixture
def trainer(db: None) -> User:
    return UserFactory.create(roles=["trainer"])


def answers_to(attempt: Attempt, right: int) -> dict[str, int]:
    """Answers to all drawn questions, of which so many are right."""
    keys = dict(attempt.check_of.questions.values_list("code", "correct"))
    return {
        code: keys[code][0] if position < right else (keys[code][0] + 1) % 3
        for position, code in enumerate(attempt.drawn)
    }


def sit(seat: Enrolment, right: int) -> Attempt:
    attempt = start_attempt(enrolment=seat)
    return hand_in(attempt=attempt, answers=answers_to(attempt, right))


# Loading


def changed_document(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(DOCUMENT) | changes


def test_the_same_document_again_changes_nothing(version: CourseVersion) -> None:
    check, changed = load_knowledge_check(document=DOCUMENT, by=None)
    assert (changed, check.questions.count(), KnowledgeCheck.objects.count()) == (False, 8, 1)
    assert AuditEntry.objects.filter(action="knowledge_check.loaded").count() == 1


def test_a_changed_document_replaces_the_questions_while_nobody_has_begun(
    version: CourseVersion,
) -> None:
    fewer = changed_document(draw=2, questions=DOCUMENT["questions"][:3])
    check, changed = load_knowledge_check(document=fewer, by=None)
    assert (changed, check.draw, check.questions.count()) == (True, 2, 3)


def test_questions_that_somebody_has_begun_with_cannot_be_changed(seat: Enrolment) -> None:
    attempt = start_attempt(enrolment=seat)
    with pytest.raises(Frozen, match="new version of the course"):
        load_knowledge_check(document=changed_document(draw=2), by=None)
    attempt.check_of.refresh_from_db()
    assert (attempt.check_of.draw, attempt.check_of.questions.count()) == (5, 8)


def test_a_new_version_of_the_course_gets_questions_of_its_own(seat: Enrolment) -> None:
    start_attempt(enrolment=seat)
    CourseVersionFactory.create(course=seat.cohort.version.course, number=2, modules=MODULES)
    check, changed = load_knowledge_check(document=changed_document(draw=2), by=None)
    assert (changed, check.module.version.number, KnowledgeCheck.objects.count()) == (True, 2, 2)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"course": "other"}, "course: other is not loaded; run load_curriculum"),
        ({"module": "other"}, "module: cit, version 1 has no module other"),
        ({"module": "skills"}, "module: skills is not assessed by a Knowledge Check"),
    ],
)
def test_a_document_for_a_module_that_is_not_there_is_refused(
    version: CourseVersion, changes: dict[str, str], problem: str
) -> None:
    with pytest.raises(KnowledgeCheckError, match=problem):
        load_knowledge_check(document=changed_document(**changes), by=None)


@pytest.mark.django_db
def test_the_command_loads_the_bank_of_the_week_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_curriculum")
    for _ in range(2):
        call_command("load_knowledge_checks")
    printed = capsys.readouterr().out.splitlines()
    assert printed[-2:] == [
        "cit-40.yaml: loaded (20 questions, 10 to an attempt)",
        "cit-40.yaml: unchanged (20 questions, 10 to an attempt)",
    ]


@pytest.mark.django_db
def test_the_command_says_what_has_to_be_loaded_first() -> None:
    with pytest.raises(CommandError, match="cit-40 is not loaded; run load_curriculum"):
        call_command("load_knowledge_checks")


@pytest.mark.django_db
def test_the_command_names_the_file_it_cannot_read(tmp_path: Any) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("course: [")
    with pytest.raises(CommandError, match=r"broken\.yaml: line 1"):
        call_command("load_knowledge_checks", path)


# Starting


def test_an_attempt_draws_as_many_different_questions_as_the_check_asks_for(
    seat: Enrolment,
) -> None:
    attempt = start_attempt(enrolment=seat)
    assert (attempt.number, len(attempt.drawn), len(set(attempt.drawn))) == (1, 5, 5)


def test_an_attempt_that_was_begun_is_gone_on_with(seat: Enrolment) -> None:
    first = start_attempt(enrolment=seat)
    again = start_attempt(enrolment=seat)
    assert (again.pk, again.drawn) == (first.pk, first.drawn)


def refusal_of(action: Callable[[], object]) -> str:
    with pytest.raises(ValidationError) as refusal:
        action()
    return refusal.value.messages[0]


def test_nobody_begins_before_the_session_has_started(seat: Enrolment, clock: Clock) -> None:
    starts_at = seat.cohort.sessions.get(module__code="check").starts_at
    clock.set(starts_at - timedelta(seconds=1))
    assert "opens on Monday, November 30" in refusal_of(lambda: start_attempt(enrolment=seat))
    assert not seat.attempts.exists()
    clock.set(starts_at)
    assert start_attempt(enrolment=seat).number == 1


def test_nobody_begins_again_after_passing(seat: Enrolment) -> None:
    sit(seat, right=4)
    assert refusal_of(lambda: start_attempt(enrolment=seat)) == "You have passed."


def test_nobody_begins_again_once_all_attempts_are_used(seat: Enrolment) -> None:
    sit(seat, right=0)
    assert sit(seat, right=3).number == 2
    assert "used all your attempts" in refusal_of(lambda: start_attempt(enrolment=seat))
    assert seat.attempts.count() == 2


def test_somebody_else_s_attempts_do_not_count(seat: Enrolment) -> None:
    other = EnrolmentFactory.create(cohort=seat.cohort)
    sit(other, right=0)
    sit(other, right=5)
    assert start_attempt(enrolment=seat).number == 1


def test_a_seat_that_was_given_up_is_refused(seat: Enrolment) -> None:
    withdraw(enrolment=seat, by=None)
    assert "given up" in refusal_of(lambda: start_attempt(enrolment=seat))


def test_a_cancelled_cohort_is_refused(seat: Enrolment) -> None:
    Cohort.objects.update(state="cancelled")
    assert "not held" in refusal_of(lambda: start_attempt(enrolment=seat))


def test_a_course_whose_questions_were_not_loaded_is_refused(clock: Clock, db: None) -> None:
    cohort = make_cohort(CourseVersionFactory.create(modules=MODULES), clock)
    seat = EnrolmentFactory.create(cohort=cohort)
    assert "not ready yet" in refusal_of(lambda: start_attempt(enrolment=seat))


# Handing in


@pytest.mark.parametrize(
    ("right", "score", "passed"), [(3, 60, False), (4, 80, True), (5, 100, True)]
)
def test_the_pass_mark_of_the_version_decides(
    seat: Enrolment, right: int, score: int, passed: bool
) -> None:
    attempt = sit(seat, right=right)
    assert (attempt.score, attempt.passed) == (score, passed)


def test_handing_in_again_changes_nothing(seat: Enrolment, clock: Clock) -> None:
    first = sit(seat, right=1)
    clock.forward(minutes=1)
    again = hand_in(attempt=first, answers=answers_to(first, right=5))
    assert (again.score, again.answers, again.submitted_at) == (
        20,
        answers_to(first, right=1),
        first.submitted_at,
    )
    assert AuditEntry.objects.filter(action="knowledge_check.handed_in").count() == 1


def test_questions_left_out_are_not_right(seat: Enrolment) -> None:
    assert hand_in(attempt=start_attempt(enrolment=seat), answers={}).score == 0


@pytest.mark.parametrize("position", [-1, 3, True, "0", None])
def test_a_choice_that_is_not_there_is_refused_and_nothing_is_handed_in(
    seat: Enrolment, position: Any
) -> None:
    attempt = start_attempt(enrolment=seat)
    refusal_of(lambda: hand_in(attempt=attempt, answers={attempt.drawn[0]: position}))
    attempt.refresh_from_db()
    assert attempt.submitted_at is None


def test_an_answer_to_a_question_that_was_not_drawn_is_refused(seat: Enrolment) -> None:
    attempt = start_attempt(enrolment=seat)
    undrawn = next(f"Q{n}" for n in range(8) if f"Q{n}" not in attempt.drawn)
    refusal_of(lambda: hand_in(attempt=attempt, answers={undrawn: 0}))


def test_the_audit_log_holds_no_answers(seat: Enrolment) -> None:
    attempt = sit(seat, right=4)
    entry = AuditEntry.objects.get(action="knowledge_check.handed_in")
    assert entry.detail == {"attempt": attempt.number, "passed": True}
    assert entry.actor == seat.user.uuid


# Both at once


def at_once(work: Callable[[], Any], times: int = 2) -> list[Any]:
    """What each of several threads, let go together on connections of their own, came to."""
    barrier, results = Barrier(times), []

    def run() -> None:
        try:
            barrier.wait(timeout=10)
            results.append(work())
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.usefixtures("fresh_databases")
def test_two_starts_at_once_give_one_attempt(clock: Clock) -> None:
    seat = EnrolmentFactory.create(cohort=make_cohort(make_version(), clock))
    results = at_once(lambda: start_attempt(enrolment=seat).pk)
    assert results == [Attempt.objects.get().pk] * 2


@pytest.mark.usefixtures("fresh_databases")
def test_two_hand_ins_at_once_give_one_score(clock: Clock) -> None:
    seat = EnrolmentFactory.create(cohort=make_cohort(make_version(), clock))
    attempt = start_attempt(enrolment=seat)
    sheets = [answers_to(attempt, right=5), answers_to(attempt, right=0)]
    results = at_once(lambda: hand_in(attempt=attempt, answers=sheets.pop()).score)
    stored = Attempt.objects.get()
    assert results == [stored.score] * 2
    assert stored.answers == answers_to(attempt, right=5 if stored.score else 0)
    assert AuditEntry.objects.filter(action="knowledge_check.handed_in").count() == 1


@pytest.mark.usefixtures("fresh_databases")
def test_attempts_cannot_be_multiplied_by_racing(clock: Clock) -> None:
    seat = EnrolmentFactory.create(cohort=make_cohort(make_version(), clock))
    results = at_once(lambda: sit(seat, right=0).number, times=4)
    assert Attempt.objects.count() <= 2
    assert all(isinstance(one, int | ValidationError) for one in results)


# Skills Application


def test_the_latest_finding_counts_and_earlier_ones_stay(
    seat: Enrolment, skills: Module, trainer: User
) -> None:
    for outcome in ("not_yet", "passed"):
        record_skills(enrolment=seat, module=skills, outcome=outcome, by=trainer)
    assert skills_state(seat).outcome == SkillsOutcome.PASSED
    assert [one.outcome for one in seat.skills_assessments.all()] == ["not_yet", "passed"]


def test_the_same_finding_again_writes_nothing(
    seat: Enrolment, skills: Module, trainer: User
) -> None:
    for _ in range(2):
        record_skills(enrolment=seat, module=skills, outcome="passed", by=trainer)
    assert SkillsAssessment.objects.count() == 1
    assert AuditEntry.objects.filter(action="skills.recorded").count() == 1


def test_a_finding_is_audited_with_what_stood_before(
    seat: Enrolment, skills: Module, trainer: User
) -> None:
    for outcome in ("passed", "not_yet"):
        record_skills(enrolment=seat, module=skills, outcome=outcome, by=trainer)
    entry = AuditEntry.objects.filter(action="skills.recorded").first()
    assert entry is not None
    assert (entry.actor, entry.subject_id) == (trainer.uuid, str(seat.uuid))
    assert entry.detail == {"module": "skills", "outcome": "not_yet", "before": "passed"}


def test_nothing_is_recorded_before_the_session_has_started(
    seat: Enrolment, skills: Module, trainer: User, clock: Clock
) -> None:
    starts_at = seat.cohort.sessions.get(module=skills).starts_at
    clock.set(starts_at - timedelta(seconds=1))

    def record() -> object:
        return record_skills(enrolment=seat, module=skills, outcome="passed", by=trainer)

    assert "starts on Monday, November 30" in refusal_of(record)
    assert not SkillsAssessment.objects.exists()
    clock.set(starts_at)
    record()


def test_nobody_assesses_their_own_seat(cohort: Cohort, skills: Module, trainer: User) -> None:
    seat = EnrolmentFactory.create(cohort=cohort, user=trainer)
    refusal = refusal_of(
        lambda: record_skills(enrolment=seat, module=skills, outcome="passed", by=trainer)
    )
    assert "Somebody else" in refusal


def test_other_modules_and_other_courses_take_no_finding(
    seat: Enrolment, version: CourseVersion, trainer: User
) -> None:
    elsewhere = CourseVersionFactory.create(modules=MODULES).modules.get(code="skills")
    for module in (version.modules.get(code="welcome"), elsewhere):
        refusal_of(
            lambda module=module: record_skills(
                enrolment=seat, module=module, outcome="passed", by=trainer
            )
        )
    assert not SkillsAssessment.objects.exists()


def test_a_form_of_findings_is_recorded_whole_or_not_at_all(
    cohort: Cohort, skills: Module, trainer: User
) -> None:
    here, gone = EnrolmentFactory.create_batch(2, cohort=cohort)
    withdraw(enrolment=gone, by=None)
    findings = [(here, skills, "passed"), (gone, skills, "passed")]
    assert "gave up the seat" in refusal_of(lambda: record_findings(findings=findings, by=trainer))
    assert not SkillsAssessment.objects.exists()


# What others read


def test_the_state_follows_the_attempts(seat: Enrolment) -> None:
    def now_is() -> tuple[bool, bool, int, int, int | None]:
        state = knowledge_state(seat)
        return (state.open, state.passed, state.attempts_used, state.attempts_left, state.underway)

    assert now_is() == (True, False, 0, 2, None)
    start_attempt(enrolment=seat)
    assert now_is() == (True, False, 0, 2, 1)
    sit(seat, right=0)
    assert now_is() == (True, False, 1, 1, None)
    sit(seat, right=5)
    assert now_is() == (False, True, 2, 0, None)


def test_a_course_without_assessments_requires_none(db: None) -> None:
    seat = EnrolmentFactory.create()
    assert (knowledge_state(seat).required, knowledge_state(seat).open) == (False, False)
    assert (skills_state(seat).required, skills_state(seat).outcome) == (False, None)


def test_a_course_with_two_skills_applications_asks_for_both(clock: Clock, trainer: User) -> None:
    second = {"code": "skills-2", "assessment": "skills_application"}
    version = CourseVersionFactory.create(modules=[*MODULES, second])
    seat = EnrolmentFactory.create(cohort=make_cohort(version, clock))
    outcomes = []
    for code, outcome in (("skills", "passed"), ("skills-2", "not_yet"), ("skills-2", "passed")):
        module = version.modules.get(code=code)
        record_skills(enrolment=seat, module=module, outcome=outcome, by=trainer)
        outcomes.append(skills_state(seat).outcome)
    assert outcomes == [None, SkillsOutcome.NOT_YET, SkillsOutcome.PASSED]


@pytest.mark.parametrize("people", [1, 3])
def test_states_of_many_seats_take_a_fixed_number_of_queries(
    cohort: Cohort,
    skills: Module,
    trainer: User,
    people: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    seats = EnrolmentFactory.create_batch(people, cohort=cohort)
    for seat in seats:
        sit(seat, right=5)
        record_skills(enrolment=seat, module=skills, outcome="passed", by=trainer)
    plain = list(Enrolment.objects.all())
    with django_assert_num_queries(4):
        assert {one.passed for one in knowledge_states(plain).values()} == {True}
    with django_assert_num_queries(3):
        assert {one.outcome for one in skills_states(plain).values()} == {SkillsOutcome.PASSED}
    fresh = Cohort.objects.select_related("version").get()
    with django_assert_num_queries(4):
        assert [len(one.seats) for one in skills_rounds(fresh)] == [people]


def test_states_of_no_seats_are_empty(db: None) -> None:
    assert (knowledge_states([]), skills_states([])) == ({}, {})


def test_each_seat_has_its_own_state(cohort: Cohort) -> None:
    good, bad, other = EnrolmentFactory.create_batch(3, cohort=cohort)
    sit(good, right=5)
    sit(bad, right=0)
    states = knowledge_states([good, bad, other])
    assert [(states[s.pk].passed, states[s.pk].attempts_used) for s in (good, bad, other)] == [
        (True, 1),
        (False, 1),
        (False, 0),
    ]
