from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connections
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from assessments.actions import create_windows, open_window
from assessments.models import SurveyWindow
from assessments.windows import Bounds, bounds, bounds_of, is_open, with_bounds
from courses.models import TrainingSession
from tests.conftest import Clock
from tests.surveys import Survey, make_cohort

NINE = datetime(2026, 11, 30, 9, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
LAST = NINE + timedelta(days=4)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


def found(survey: Survey, wave: str) -> SurveyWindow:
    window: SurveyWindow = with_bounds(SurveyWindow.objects.all()).get(pk=survey.windows[wave].pk)
    return window


def test_the_first_wave_is_open_from_enrolment_to_the_end_of_its_session() -> None:
    assert bounds("pre", NINE, TEN, LAST) == Bounds(None, TEN)


def test_a_later_wave_opens_with_its_session_and_closes_a_while_after_the_last_one() -> None:
    expected = Bounds(NINE, LAST + timedelta(days=settings.POST_WINDOW_DAYS))
    assert bounds("post", NINE, TEN, LAST) == expected


@pytest.mark.parametrize("wave", ["pre", "post", "follow-up"])
def test_a_wave_without_a_session_never_opens_and_is_never_over(wave: str) -> None:
    never = bounds(wave, None, None, LAST)
    assert not never.is_open(NINE)
    assert not never.is_over(LAST + timedelta(days=10_000))


@given(moments, moments, moments)
def test_a_window_is_never_open_and_over_at_once(
    opens: datetime, closes: datetime, at: datetime
) -> None:
    window = Bounds(opens, closes)
    assert not (window.is_open(at) and window.is_over(at))
    assert window.is_over(at) == (at >= closes)
    assert window.is_open(at) == (opens <= at < closes)


@pytest.mark.parametrize(
    ("at", "open_now"),
    [(NINE - timedelta(microseconds=1), False), (NINE, True), (TEN, False)],
)
def test_a_window_opens_at_its_first_moment_and_is_shut_at_its_last(
    at: datetime, open_now: bool
) -> None:
    assert Bounds(NINE, TEN).is_open(at) is open_now


@pytest.mark.django_db(databases=["default", "responses"])
class TestSessions:
    def test_the_bounds_follow_the_marked_sessions(self, survey: Survey) -> None:
        first, last = survey.cohort.sessions.order_by("starts_at")
        days = timedelta(days=settings.POST_WINDOW_DAYS)
        assert bounds_of(found(survey, "pre")) == Bounds(None, first.ends_at)
        assert bounds_of(found(survey, "post")) == Bounds(last.starts_at, last.ends_at + days)

    def test_a_window_moves_with_its_session(self, survey: Survey) -> None:
        session = survey.cohort.sessions.earliest("starts_at")
        later = session.ends_at + timedelta(hours=2)
        TrainingSession.objects.filter(pk=session.pk).update(ends_at=later)
        assert bounds_of(found(survey, "pre")).closes_at == later

    def test_other_cohorts_sessions_do_not_count(self, survey: Survey) -> None:
        other = make_cohort(survey.cohort.version, survey.agency, [])
        other.sessions.update(starts_at=NINE - timedelta(days=90), ends_at=TEN - timedelta(days=90))
        first = survey.cohort.sessions.earliest("starts_at")
        assert bounds_of(found(survey, "pre")).closes_at == first.ends_at

    def test_an_opened_window_is_shut_even_if_its_session_moves(
        self, survey: Survey, clock: Clock
    ) -> None:
        assert is_open(found(survey, "pre"))
        open_window(window=survey.pre)
        assert not is_open(found(survey, "pre"))

    def test_the_bounds_of_many_windows_come_with_one_query(self, survey: Survey) -> None:
        create_windows(cohort=make_cohort(survey.cohort.version, survey.agency, []))
        with CaptureQueriesContext(connections["default"]) as captured:
            assert len([bounds_of(w) for w in with_bounds(SurveyWindow.objects.all())]) == 4
        assert len(captured) == 1
