from datetime import date, timedelta
from typing import Any

import pytest

from assessments.actions import Frozen, load_study
from assessments.actions.arms import ArmRefused, assign_arm
from assessments.models import CohortArm, SurveyWindow
from assessments.windows import bounds_of, is_open, with_bounds
from courses.models import Cohort
from lms.accounts.models import AuditEntry
from tests.factories import CohortFactory, CourseVersionFactory, EnrolmentFactory
from tests.planning import draft
from tests.surveys import BEFORE_THE_COURSE, Survey, make_cohort, make_survey

pytestmark = pytest.mark.django_db(databases=["default", "responses"])

ARMS = [
    {"code": "trained", "title": "Trained now", "kind": "training"},
    {"code": "waiting", "title": "Trained later", "kind": "waiting_list"},
    {"code": "compared", "title": "Another agency", "kind": "comparison"},
]


@pytest.fixture
def compared(clock: Any) -> Survey:
    """A study with three arms, and a training cohort in which nobody has a seat yet."""
    clock.set(BEFORE_THE_COURSE)
    survey = make_survey(people=0)
    load_study(document=survey.study.document | {"arms": ARMS}, by=None)
    survey.study.refresh_from_db()
    return survey


@pytest.fixture
def elsewhere(compared: Survey) -> Cohort:
    """A cohort of another course, half a year later."""
    version = CourseVersionFactory.create()
    return CohortFactory.create(version=version, starts_on=date(2027, 6, 1))


def windows_of(cohort: Cohort) -> dict[str, SurveyWindow]:
    windows = with_bounds(SurveyWindow.objects.filter(cohort=cohort))
    return {window.wave.code: window for window in windows}


def test_a_cohort_that_is_compared_is_asked_when_the_training_cohort_is(
    compared: Survey, elsewhere: Cohort
) -> None:
    assign_arm(
        study=compared.study, cohort=elsewhere, arm="compared", follows=compared.cohort, by=None
    )
    own, followed = windows_of(elsewhere), windows_of(compared.cohort)
    assert set(own) == {"pre", "post"}
    for wave, window in own.items():
        assert bounds_of(window) == bounds_of(followed[wave])
    assert is_open(own["pre"])


def test_it_moves_with_the_training_cohort(compared: Survey, elsewhere: Cohort) -> None:
    assign_arm(
        study=compared.study, cohort=elsewhere, arm="compared", follows=compared.cohort, by=None
    )
    session = compared.cohort.sessions.get(module__survey="pre")
    session.ends_at = session.starts_at + timedelta(minutes=10)
    session.save(update_fields=["ends_at"])
    assert bounds_of(windows_of(elsewhere)["pre"]).closes_at == session.ends_at


def test_a_cohort_that_waits_has_one_window_a_wave(compared: Survey) -> None:
    waiting = make_cohort(compared.cohort.version, compared.agency, [])
    for _ in range(2):
        assign_arm(
            study=compared.study, cohort=waiting, arm="waiting", follows=compared.cohort, by=None
        )
    assert CohortArm.objects.get().arm == "waiting"
    assert len(windows_of(waiting)) == 2
    assert compared.study.arm_of(waiting).kind == "waiting_list"


def test_a_cohort_without_a_row_is_in_the_training_arm(compared: Survey) -> None:
    assert compared.study.arm_of(compared.cohort).code == "trained"


def test_who_assigned_it_is_in_the_audit_log(compared: Survey, elsewhere: Cohort) -> None:
    assign_arm(
        study=compared.study, cohort=elsewhere, arm="compared", follows=compared.cohort, by=None
    )
    entry = AuditEntry.objects.get(action="study.arm_assigned")
    assert entry.detail["cohort"] == elsewhere.code


def test_a_cohort_whose_people_can_answer_stays_in_its_arm(
    compared: Survey, elsewhere: Cohort
) -> None:
    assign_arm(
        study=compared.study, cohort=elsewhere, arm="compared", follows=compared.cohort, by=None
    )
    EnrolmentFactory.create(cohort=elsewhere)
    with pytest.raises(Frozen):
        assign_arm(
            study=compared.study, cohort=elsewhere, arm="waiting", follows=compared.cohort, by=None
        )


def test_a_second_cohort_can_still_be_assigned_once_the_first_is_asked(
    compared: Survey, elsewhere: Cohort
) -> None:
    EnrolmentFactory.create(cohort=compared.cohort)
    assigned = assign_arm(
        study=compared.study, cohort=elsewhere, arm="compared", follows=compared.cohort, by=None
    )
    assert assigned.follows == compared.cohort


@pytest.mark.parametrize(
    ("arm", "follows", "words"),
    [
        ("nowhere", True, "no arm"),
        ("compared", False, "needs the training cohort"),
        ("trained", False, "cohorts of the study's courses"),
    ],
)
def test_what_cannot_be_is_refused(
    compared: Survey, elsewhere: Cohort, arm: str, follows: bool, words: str
) -> None:
    with pytest.raises(ArmRefused, match=words):
        assign_arm(
            study=compared.study,
            cohort=elsewhere,
            arm=arm,
            follows=compared.cohort if follows else None,
            by=None,
        )
    assert not CohortArm.objects.exists()


def test_what_is_still_being_planned_is_in_no_arm(compared: Survey, elsewhere: Cohort) -> None:
    planned = draft(version=compared.cohort.version, teachers={})
    for cohort, follows in ((planned, compared.cohort), (elsewhere, planned)):
        with pytest.raises(ArmRefused, match="still being planned"):
            assign_arm(study=compared.study, cohort=cohort, arm="waiting", follows=follows, by=None)


def test_only_a_training_cohort_is_followed(compared: Survey, elsewhere: Cohort) -> None:
    another = CohortFactory.create(version=elsewhere.version)
    with pytest.raises(ArmRefused, match="not a training cohort"):
        assign_arm(study=compared.study, cohort=elsewhere, arm="compared", follows=another, by=None)
    with pytest.raises(ArmRefused, match="not a training cohort"):
        assign_arm(
            study=compared.study, cohort=elsewhere, arm="compared", follows=elsewhere, by=None
        )


def test_a_cohort_that_is_followed_trains(compared: Survey, elsewhere: Cohort) -> None:
    assign_arm(
        study=compared.study, cohort=elsewhere, arm="compared", follows=compared.cohort, by=None
    )
    second = make_cohort(compared.cohort.version, compared.agency, [])
    with pytest.raises(ArmRefused, match="follows the calendar of"):
        assign_arm(
            study=compared.study, cohort=compared.cohort, arm="waiting", follows=second, by=None
        )


def test_an_arm_with_cohorts_stays_in_the_protocol(compared: Survey, elsewhere: Cohort) -> None:
    assign_arm(
        study=compared.study, cohort=elsewhere, arm="compared", follows=compared.cohort, by=None
    )
    with pytest.raises(ValueError, match="is assigned to compared"):
        load_study(document=compared.study.document | {"arms": ARMS[:2]}, by=None)
