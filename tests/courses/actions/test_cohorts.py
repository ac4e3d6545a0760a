from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from courses.actions import cancel_cohort, close_cohort, enrol, reopen_cohort
from courses.models import Cohort, CohortState
from tests.factories import CohortFactory, UserFactory
from tests.planning import draft, published

pytestmark = pytest.mark.django_db


def test_a_cohort_closes_after_its_last_session(clock):
    cohort = CohortFactory()
    clock.set(datetime(2026, 12, 1, 12, tzinfo=UTC))
    with pytest.raises(ValidationError, match="sessions to come"):
        close_cohort(cohort=cohort, by=None)
    clock.set(datetime(2026, 12, 1, 14, tzinfo=UTC))
    close_cohort(cohort=cohort, by=None)
    cohort.refresh_from_db()
    assert cohort.state == CohortState.CLOSED
    assert [move.target for move in cohort.transitions.all()] == ["scheduled", "closed"]


def test_a_closed_cohort_can_be_opened_again_and_not_closed_twice(clock):
    clock.set(datetime(2027, 1, 1, tzinfo=UTC))
    cohort = close_cohort(cohort=CohortFactory(), by=None)
    with pytest.raises(ValidationError, match="is closed"):
        close_cohort(cohort=cohort, by=None)
    assert reopen_cohort(cohort=cohort, by=None).state == CohortState.SCHEDULED


def test_a_draft_is_not_closed():
    with pytest.raises(ValidationError, match="is being planned"):
        close_cohort(cohort=draft(), by=None)


def test_nobody_gets_a_seat_in_a_draft():
    with pytest.raises(ValidationError, match="not open"):
        enrol(cohort=draft(), user=UserFactory(), by=None)


@pytest.mark.parametrize(("minutes", "last"), [(60, date(2026, 12, 1)), (61, date(2026, 12, 2))])
def test_what_ends_at_midnight_ends_on_the_day_before(minutes, last):
    cohort = CohortFactory()
    starts_at = datetime.fromisoformat("2026-12-01T23:00:00-05:00")
    ends_at = starts_at + timedelta(minutes=minutes)
    cohort.sessions.filter(module__code="farewell").update(starts_at=starts_at, ends_at=ends_at)
    assert cohort.ends_on == last


def test_published_are_those_that_people_were_told_of():
    coming, over = published(), CohortFactory()
    Cohort.objects.filter(pk=over.pk).update(state=CohortState.CLOSED)
    called_off, dropped = published(), draft()
    for cohort in (called_off, dropped):
        cancel_cohort(cohort=cohort, by=None, reason="Snow")
    draft()
    assert set(Cohort.objects.published()) == {coming, over, called_off}
