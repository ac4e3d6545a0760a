"""Cohorts without sessions: people begin when they get a seat, until the cohort is closed."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from courses.actions import close_cohort, open_rolling_cohort
from courses.models import Cohort
from lms.accounts.models import AuditEntry
from tests.factories import (
    AgencyFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
    VenueFactory,
)

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


def open_one(modules=({"code": "reading", "day": None},), **changes) -> Cohort:
    fields = {
        "by": None,
        "version": CourseVersionFactory.create(modules=list(modules)),
        "agency": AgencyFactory.create(),
        "venue": VenueFactory.create(),
        "starts_on": date(2026, 10, 1),
        "capacity": 200,
    }
    return open_rolling_cohort(**(fields | changes))


@pytest.fixture
def rolling():
    return open_one()


def test_it_has_no_sessions_and_is_open(rolling):
    assert (rolling.state, rolling.sessions.count()) == ("scheduled", 0)
    assert rolling.transitions.get().target == "scheduled"
    assert AuditEntry.objects.filter(action="cohort.opened").count() == 1


def test_a_course_that_is_taught_on_days_is_scheduled_instead():
    with pytest.raises(ValidationError) as refusal:
        open_one(modules=[{"code": "welcome", "day": 1}])
    assert refusal.value.code == "taught_on_days"
    assert not Cohort.objects.exists()


def test_it_has_at_least_one_seat():
    with pytest.raises(ValidationError):
        open_one(capacity=0)


def test_it_goes_on_today_and_can_be_closed(rolling, clock):
    assert rolling.ends_on >= rolling.starts_on
    assert close_cohort(cohort=rolling, by=None).state == "closed"


@pytest.mark.parametrize(("state", "shown"), [("scheduled", "running"), ("closed", "past")])
def test_the_desk_lists_it_as_running_until_it_is_closed(client, rolling, state, shown):
    Cohort.objects.filter(pk=rolling.pk).update(state=state)
    client.force_login(UserFactory.create(roles=["coordinator"]))
    for tab in ("running", "coming", "past"):
        page = client.get(reverse("trainer:desk"), {"show": tab}).content.decode()
        assert (rolling.code in page) == (tab == shown), tab
        assert ("at one's own pace" in page) == (tab == shown)


def test_its_page_says_that_there_are_no_sessions(client, rolling):
    client.force_login(UserFactory.create(roles=["coordinator"]))
    page = client.get(reverse("courses:cohort", args=[rolling.uuid])).content.decode()
    assert "at their own pace" in page


def test_the_training_year_counts_it_as_running(client, rolling, clock):
    client.force_login(UserFactory.create(roles=["coordinator"]))
    page = client.get(reverse("trainer:year"), {"year": "2026"}).content.decode()
    assert rolling.code in page
    assert "Running" in page


def test_my_training_says_to_go_on_until_it_is_closed(client, rolling):
    seat = EnrolmentFactory.create(cohort=rolling)
    client.force_login(seat.user)
    assert "at your own pace" in client.get(reverse("learner:home")).content.decode()
    assert client.get(reverse("learner:hours", args=[seat.uuid])).status_code == 200
    Cohort.objects.filter(pk=rolling.pk).update(state="closed")
    assert "Your sessions are over" in client.get(reverse("learner:home")).content.decode()
