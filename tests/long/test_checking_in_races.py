"""Taps and scans at the same moment: each is noted once."""

import os
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from courses.actions import confirm_check_ins, mark_attendance
from courses.actions.check_ins import check_in_by_code, open_kiosk, room_code
from courses.models import CheckIn, Kiosk
from tests.factories import CohortFactory, EnrolmentFactory, UserFactory

ROUNDS = int(os.environ.get("SEEDS", "20"))
AT_ONCE = 4

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("fresh_databases")]


def at_once(deed: Callable[..., object], **told: Any) -> None:
    """Does the same in several threads; raises what any of them raised."""
    barrier = Barrier(AT_ONCE)

    def run(_: int) -> None:
        barrier.wait()
        try:
            deed(**told)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(run, range(AT_ONCE)))


@pytest.fixture
def session(clock):
    clock.set(datetime(2026, 11, 30, 13, 10, tzinfo=UTC))
    return CohortFactory().sessions.select_related("cohort__agency", "module").first()


def make_room(session):
    """For the next round's person."""
    session.cohort.enrolments.update(state="withdrawn")


def test_a_code_that_is_scanned_several_times_at_once_is_one_check_in(session):
    for _ in range(ROUNDS):
        seat = EnrolmentFactory(cohort=session.cohort)
        code = room_code(session)
        at_once(check_in_by_code, session=session, user=seat.user, code=code)
        assert seat.check_ins.count() == 1
        make_room(session)


def test_check_ins_that_several_trainers_confirm_at_once_count_once(session):
    for _ in range(ROUNDS):
        seat, trainer = EnrolmentFactory(cohort=session.cohort), UserFactory()
        check_in_by_code(session=session, user=seat.user, code=room_code(session))
        waiting = list(CheckIn.objects.filter(enrolment=seat))
        at_once(confirm_check_ins, session=session, check_ins=waiting, by=trainer)
        assert seat.attendance.count() == 1
        make_room(session)


def test_marks_of_one_device_that_are_sent_several_times_at_once_are_written_once(session):
    trainer = UserFactory()
    for _ in range(ROUNDS):
        seat, key = EnrolmentFactory(cohort=session.cohort), uuid.uuid4()
        marks = {seat: ("here", None)}
        sent = {"key": key, "seen": {seat: None}}
        at_once(mark_attendance, session=session, marks=marks, by=trainer, **sent)
        assert seat.attendance.count() == 1
        make_room(session)


def test_a_kiosk_that_several_open_at_once_is_one(session):
    trainer = UserFactory()
    for _ in range(ROUNDS):
        at_once(open_kiosk, session=session, by=trainer)
        assert Kiosk.objects.standing().count() == 1
        Kiosk.objects.all().delete()
