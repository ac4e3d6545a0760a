"""Windows follow the sessions of a cohort, or of the one it follows, and the seats taken in it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test.utils import CaptureQueriesContext

from assessments.actions import create_windows, due_windows, open_window
from assessments.models import CohortArm, SurveyWindow
from assessments.window_bounds import Bounds
from assessments.windows import bounds_of, is_open, seats_in, with_bounds
from courses.models import Cohort, TrainingSession
from tests.conftest import Clock
from tests.factories import EnrolmentFactory, UserFactory
from tests.surveys import Survey, make_cohort, make_rolling_survey, make_survey

pytestmark = pytest.mark.django_db(databases=["default", "responses"])
POST_DAYS = timedelta(days=settings.POST_WINDOW_DAYS)
NEXT_YEAR = datetime(2027, 2, 1, 12, tzinfo=UTC)


def found(window: SurveyWindow) -> SurveyWindow:
    with_them: SurveyWindow = with_bounds(SurveyWindow.objects.all()).get(pk=window.pk)
    return with_them


def bounds(window: SurveyWindow) -> Bounds:
    return bounds_of(found(window))


def move(cohort: Cohort, **delta: float) -> None:
    for session in cohort.sessions.all():
        session.starts_at += timedelta(**delta)
        session.ends_at += timedelta(**delta)
        session.save()


class TestSessions:
    def test_the_bounds_follow_the_marked_sessions(self, survey: Survey) -> None:
        first, last = survey.cohort.sessions.order_by("starts_at")
        assert bounds(survey.pre) == Bounds(None, first.ends_at)
        assert bounds(survey.post) == Bounds(last.starts_at, last.ends_at + POST_DAYS)

    def test_a_follow_up_is_counted_in_the_zone_of_the_cohort(self, clock: Clock) -> None:
        survey = make_survey(follow_ups=({"code": "m6", "after": {"months": 6}, "grace": 3},))
        last = survey.cohort.sessions.latest("ends_at").ends_at
        months_later = bounds(survey.windows["m6"])
        # Five in the evening in winter is an hour earlier in universal time in summer.
        assert months_later.opens_at == last.replace(year=2027, month=6) - timedelta(hours=1)
        assert months_later.due_at == months_later.opens_at + timedelta(days=21)
        assert months_later.closes_at == months_later.due_at + timedelta(days=3)

    def test_windows_move_with_a_reschedule(self, clock: Clock) -> None:
        survey = make_survey(follow_ups=({"code": "w3", "after": {"weeks": 3}},))
        before = {code: bounds(window) for code, window in survey.windows.items()}
        move(survey.cohort, days=7)
        for code, window in survey.windows.items():
            assert bounds(window).closes_at == before[code].closes_at + timedelta(days=7)

    def test_a_window_that_is_open_stays_so_when_its_session_moves_on(
        self, survey: Survey, clock: Clock
    ) -> None:
        assert is_open(found(survey.pre))
        move(survey.cohort, days=7)
        clock.forward(days=5)
        assert is_open(found(survey.pre))
        assert due_windows() == []

    def test_a_window_whose_session_is_moved_into_the_past_is_over(self, survey: Survey) -> None:
        move(survey.cohort, days=-10)
        assert not is_open(found(survey.pre))
        assert survey.pre in due_windows()

    def test_one_that_has_begun_waits_again_when_its_session_moves_on(
        self, survey: Survey, clock: Clock
    ) -> None:
        clock.set(bounds(survey.post).opens_at)
        assert is_open(found(survey.post))
        move(survey.cohort, days=7)
        assert not is_open(found(survey.post))
        assert survey.post not in due_windows()
        clock.forward(days=7)
        assert is_open(found(survey.post))

    def test_an_opened_window_is_shut_even_if_its_session_moves(self, survey: Survey) -> None:
        assert is_open(found(survey.pre))
        open_window(window=survey.pre)
        move(survey.cohort, days=7)
        assert not is_open(found(survey.pre))

    def test_other_cohorts_sessions_do_not_count(self, survey: Survey) -> None:
        before = bounds(survey.pre)
        move(make_cohort(survey.cohort.version, survey.agency, []), days=-90)
        assert bounds(survey.pre) == before

    def test_a_cancelled_cohort_has_no_window_open(self, survey: Survey) -> None:
        Cohort.objects.filter(pk=survey.cohort.pk).update(state="cancelled")
        assert not is_open(found(survey.pre))
        assert set(due_windows()) == {survey.pre, survey.post}

    def test_the_bounds_of_many_windows_come_with_one_query(self, survey: Survey) -> None:
        create_windows(cohort=make_cohort(survey.cohort.version, survey.agency, []))
        with CaptureQueriesContext(connections["default"]) as captured:
            assert len([bounds_of(w) for w in with_bounds(SurveyWindow.objects.all())]) == 4
        assert len(captured) == 1


class TestFollowing:
    @pytest.fixture
    def waiting(self, survey: Survey) -> Cohort:
        """A cohort trained a month later, that waits while the survey's is trained."""
        cohort = make_cohort(survey.cohort.version, survey.agency, [])
        move(cohort, days=28)
        return cohort

    def follow(self, survey: Survey, cohort: Cohort, **fields: Any) -> dict[str, SurveyWindow]:
        CohortArm.objects.create(study=survey.study, cohort=cohort, arm="waiting", **fields)
        return {window.wave.code: window for window in create_windows(cohort=cohort)}

    def test_a_group_that_waits_is_asked_when_the_trained_are(
        self, survey: Survey, waiting: Cohort
    ) -> None:
        windows = self.follow(survey, waiting, follows=survey.cohort)
        assert bounds(windows["pre"]) == bounds(survey.pre)
        assert bounds(windows["post"]) == bounds(survey.post)

    def test_it_moves_with_them(self, survey: Survey, waiting: Cohort) -> None:
        windows = self.follow(survey, waiting, follows=survey.cohort)
        move(survey.cohort, days=3)
        move(waiting, days=100)
        assert bounds(windows["post"]) == bounds(survey.post)

    def test_an_arm_alone_changes_no_calendar(self, survey: Survey, waiting: Cohort) -> None:
        windows = self.follow(survey, waiting)
        assert bounds(windows["pre"]).closes_at == waiting.sessions.earliest("ends_at").ends_at

    def test_a_group_of_another_course_can_be_compared(self, survey: Survey) -> None:
        from tests.factories import CohortFactory

        elsewhere = CohortFactory.create()
        assert create_windows(cohort=elsewhere) == []
        windows = self.follow(survey, elsewhere, follows=survey.cohort)
        assert bounds(windows["pre"]) == bounds(survey.pre)

    def test_nobody_waits_for_a_training_that_was_cancelled(
        self, survey: Survey, waiting: Cohort
    ) -> None:
        windows = self.follow(survey, waiting, follows=survey.cohort)
        Cohort.objects.filter(pk=survey.cohort.pk).update(state="cancelled")
        assert not is_open(found(windows["pre"]))


class TestRolling:
    """On 27 November a cohort without sessions is open in Boston."""

    @pytest.fixture
    def rolling(self, clock: Clock) -> Survey:
        clock.set(datetime(2026, 11, 27, 12, tzinfo=UTC))
        return make_rolling_survey()

    def test_the_quarter_is_a_group_of_its_own(self, rolling: Survey) -> None:
        assert rolling.pre.group == f"{rolling.cohort.code}-2026Q4"
        assert bounds(rolling.pre).closes_at == datetime(2027, 1, 1, 5, tzinfo=UTC)
        assert bounds(rolling.post).opens_at == datetime(2027, 1, 1, 5, tzinfo=UTC)
        assert bounds(rolling.post).closes_at == datetime(2027, 4, 1, 4, tzinfo=UTC)

    def test_a_person_belongs_to_the_quarter_in_which_they_got_their_seat(
        self, rolling: Survey, clock: Clock
    ) -> None:
        clock.set(NEXT_YEAR)
        newcomer = UserFactory.create(agency=rolling.agency)
        EnrolmentFactory.create(cohort=rolling.cohort, user=newcomer)
        create_windows(cohort=rolling.cohort)
        quarters = [window.quarter for window in SurveyWindow.objects.of(newcomer)]
        assert quarters == ["2027Q1", "2027Q1"]
        of_old = SurveyWindow.objects.of(rolling.people[0])
        assert {window.quarter for window in of_old} == {"2026Q4"}
        theirs = seats_in(SurveyWindow.objects.filter(quarter="2026Q4"))
        assert {seat.user for seat in theirs} == set(rolling.people)

    def test_a_seat_given_up_is_in_no_group(self, rolling: Survey) -> None:
        rolling.cohort.enrolments.filter(user=rolling.people[0]).update(state="withdrawn")
        assert not SurveyWindow.objects.of(rolling.people[0]).exists()
        assert seats_in(SurveyWindow.objects.all()).count() == len(rolling.people) - 1

    def test_windows_are_made_when_a_quarter_begins(self, rolling: Survey, clock: Clock) -> None:
        assert {w.quarter for w in create_windows(cohort=rolling.cohort)} == {"2026Q4"}
        clock.set(datetime(2027, 1, 1, 5, tzinfo=UTC))
        made = create_windows(cohort=rolling.cohort)
        assert [w.wave.code for w in made if w.quarter == "2027Q1"] == ["pre", "post"]

    def test_a_wave_that_was_over_before_anybody_made_its_window_is_not_made(
        self, rolling: Survey, clock: Clock
    ) -> None:
        clock.set(datetime(2027, 8, 1, tzinfo=UTC))
        made = {(w.quarter, w.wave.code) for w in create_windows(cohort=rolling.cohort)}
        late = made - {("2026Q4", "pre"), ("2026Q4", "post")}
        assert late == {("2027Q2", "post"), ("2027Q3", "pre"), ("2027Q3", "post")}

    def test_a_cohort_with_marked_sessions_is_one_group_in_a_rolling_study_too(
        self, rolling: Survey
    ) -> None:
        marked = make_survey(code="other", rolling="quarter")
        assert {window.quarter for window in marked.windows.values()} == {""}


def test_a_seat_is_counted_once_however_many_windows_are_for_it(survey: Survey) -> None:
    assert seats_in(SurveyWindow.objects.all()).count() == len(survey.people)
    assert seats_in(SurveyWindow.objects.none()).count() == 0


def test_a_session_moved_by_a_minute_moves_its_window(survey: Survey) -> None:
    session = survey.cohort.sessions.earliest("starts_at")
    moved = session.ends_at + timedelta(minutes=1)
    TrainingSession.objects.filter(pk=session.pk).update(ends_at=moved)
    assert bounds(survey.pre).closes_at == moved
    assert survey.cohort.starts_on == date(2026, 11, 30)
