"""People who are booked by several at once, in different orders: each has it done or is refused in
words, and what is booked in the end is what seats, make-ups and teaching need, and nothing else."""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from random import Random
from typing import Any

import pytest
from django.db import connection

from courses.actions import (
    book_make_up,
    book_make_ups,
    cancel_make_up,
    enrol,
    import_roster,
    mark_attendance,
    nominate,
    publish_schedule,
    shift_plan,
    withdraw,
)
from courses.models import Booking, Cohort, CourseVersion, Enrolment, MakeUp, TrainingSession
from courses.plans.schedules import working_plan
from courses.rosters.reading import read_roster
from lms.accounts.models import User
from tests.factories import CohortFactory, CourseVersionFactory, EnrolmentFactory, UserFactory
from tests.planning import published
from tests.races import at_once
from tests.sign_ups import open_cohort

ROUNDS = int(os.environ.get("SEEDS", "20"))
# After both days of the week that people missed.
NOW = datetime(2026, 12, 2, 20, tzinfo=UTC)
NEXT_WEEK, WEEK_AFTER = date(2026, 12, 7), date(2026, 12, 14)
# What the office is told where somebody else was first.
REFUSALS = {
    "overlap",
    "problems",
    "full",
    "booked_already",
    "has_seat",
    "guest_already",
    "roster_refused",
    "busy",
}

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("fresh_databases")]


@dataclass
class Round:
    """Two cohorts at the same time next week, one the week after, and people of last week who have
    missed everything and can make it up in any of them."""

    draw: Random
    by: User
    same_time: list[Cohort]
    after: Cohort
    missed: list[Enrolment]
    booked: list[MakeUp]

    def deeds(self) -> list[Callable[[], object]]:
        people = [seat.user for seat in self.missed]
        deeds: list[Callable[[], object]] = [
            partial(publish_schedule, cohort=self.after, by=None, revision=2),
            partial(withdraw, enrolment=self.booked[0].enrolment, by=self.by),
            partial(cancel_make_up, make_up=self.booked[0], by=self.by),
        ]
        for cohort in [*self.same_time, self.after]:
            given = {"by": self.by, "enrolled_as": "volunteered"}
            deeds.append(partial(nominate, cohort=cohort, people=self._shuffled(people), **given))
            deeds.append(partial(enrol, cohort=cohort, user=self.draw.choice(people), by=self.by))
        for seat in self.missed[:3]:
            sessions = self._shuffled([self.session(), self.session("farewell")])
            deeds.append(partial(book_make_ups, enrolment=seat, sessions=sessions, by=self.by))
        roster = "email,first_name,last_name,agency\n" + "".join(
            f"{one.email},{one.first_name},{one.last_name},{one.agency}\n"
            for one in self._shuffled(people)
        )
        deeds.append(partial(self._import, self.draw.choice(self.same_time), roster))
        self.draw.shuffle(deeds)
        return deeds

    def _import(self, cohort: Cohort, text: str) -> object:
        roster = read_roster(text.encode(), "roster.csv")
        return import_roster(cohort=cohort, roster=roster, by=None)

    def session(self, module: str = "welcome") -> TrainingSession:
        at = self.draw.choice([*self.same_time, self.after])
        return at.sessions.get(module__code=module)

    def _shuffled(self, things: list[Any]) -> list[Any]:
        return self.draw.sample(things, len(things))


def make_round(number: int, version: CourseVersion) -> Round:
    draw, by = Random(number), UserFactory.create()
    home = CohortFactory.create(version=version)
    given = {"version": version, "agency": home.agency, "capacity": 9}
    same_time = [open_cohort(starts_on=NEXT_WEEK, **given) for _ in range(2)]
    after = published(starts_on=WEEK_AFTER, **given)
    Cohort.objects.filter(pk=after.pk).update(sign_up="open")
    missed = EnrolmentFactory.create_batch(5, cohort=home)
    for session in home.sessions.all():
        mark_attendance(session=session, marks=dict.fromkeys(missed, ("absent", None)), by=by)
    one = Round(draw, by, same_time, after, missed, [])
    one.booked = [book_make_up(enrolment=missed[4], session=one.session(), by=by)]
    # What is planned for the week after is to be published for next week.
    shift_plan(cohort=after, by=None, revision=working_plan(after).revision, days=-7)
    return one


def check(one: Round) -> None:
    for cohort in [*one.same_time, one.after]:
        seated = set(cohort.enrolments.holding().values_list("user", flat=True))
        for session in cohort.sessions.all():
            guests = MakeUp.objects.standing().filter(session=session)
            teaching = session.instructors.values_list("person", flat=True)
            needed = {*seated, *guests.values_list("enrolment__user", flat=True)}
            booked = Booking.objects.filter(session=session, person__isnull=False)
            # Where nothing was published nobody who teaches is booked.
            found = set(booked.values_list("person", flat=True))
            assert found - set(teaching) == needed - set(teaching)


def test_bookings_in_any_order_are_made_or_refused_in_words(
    clock, record_property: Callable[[str, object], None]
) -> None:
    clock.set(NOW)
    version, came = CourseVersionFactory.create(), Counter[str]()
    for number in range(ROUNDS):
        one = make_round(number, version)
        told = at_once(*one.deeds())
        assert set(told) <= REFUSALS | {"done"}, number
        check(one)
        came.update(told)
    record_property(
        "measured",
        f"{connection.vendor}: {ROUNDS} races for the same people's time: "
        + ", ".join(f"{n} {code}" for code, n in came.most_common()),
    )
