"""Whoever answers, declines, ignores a survey or takes their answers back goes through the cohort
exactly like everybody else. The same life is lived once for each; all that can be seen is compared.
"""

import logging
import os
from collections.abc import Callable, Collection
from typing import Any

import factory
import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from assessments.models import Attempt, KnowledgeCheck, SkillsAssessment, SurveyWindow
from assessments.tasks import open_boxes
from certificates.actions import issue_certificates
from courses.actions import mark_attendance
from tests import factories
from tests.access import matrix as m
from tests.access.world import World, make_world
from tests.conftest import Clock, PostgresCopies, SqliteCopies
from tests.privacy.lives import Watching, as_owner, settled
from tests.surveys import (
    AFTER_THE_COURSE,
    BEFORE_THE_COURSE,
    DURING_THE_LAST_DAY,
    ITEMS,
    answer,
    fully,
)

Visit = Callable[[Client, SurveyWindow], None]
Live = Callable[[Visit, Collection[str]], dict[str, Any]]

# A life takes half a minute. Few rounds live the one in which most is done.
ALL_LIVES = int(os.environ.get("SEEDS", "20")) >= 10
STAGES = ("pre open", "post open", "closed", "opened", "certificate issued")


def _post(
    browser: Client, route: str, window: SurveyWindow, data: dict[str, Any], *args: int
) -> None:
    assert browser.post(reverse(route, args=[window.pk, *args]), data).status_code == 302


def answers(browser: Client, window: SurveyWindow) -> None:
    _post(browser, "survey:start", window, {"choice": "agree"})
    for number, items in ITEMS.items():
        given = dict.fromkeys(items, "4")
        _post(browser, "survey:section", window, given, number)


def declines(browser: Client, window: SurveyWindow) -> None:
    _post(browser, "survey:start", window, {"choice": "decline"})


def ignores(browser: Client, window: SurveyWindow) -> None:
    pass


def stops_half_way(browser: Client, window: SurveyWindow) -> None:
    _post(browser, "survey:start", window, {"choice": "agree"})
    _post(browser, "survey:section", window, {"A1": "2"}, 1)


def withdraws(browser: Client, window: SurveyWindow) -> None:
    answers(browser, window)
    _post(browser, "survey:done", window, {})


def _window(world: World, wave: str) -> SurveyWindow:
    windows = SurveyWindow.objects.select_related("wave__study__instrument_version", "cohort")
    return windows.get(cohort=world.cohort, wave__code=wave)


def _pass_everything(world: World) -> None:
    """Attendance, the exam and the scenarios, as for anybody."""
    trainer = world.people[m.TRAINER]
    for session in world.cohort.sessions.all():
        mark_attendance(session=session, marks={world.seat: ("here", None)}, by=trainer)
    shared: dict[str, Any] = {"enrolment": world.seat}
    Attempt.objects.create(
        **shared,
        check_of=KnowledgeCheck.objects.get(),
        number=1,
        drawn=["q1"],
        answers={"q1": 0},
        score=100,
        passed=True,
        submitted_at=AFTER_THE_COURSE,
    )
    module = world.cohort.version.modules.get(assessment="skills_application")
    SkillsAssessment.objects.create(**shared, module=module, outcome="passed", assessed_by=trainer)


def live(clock: Clock, visit: Visit, stages: Collection[str]) -> dict[str, Any]:
    """One officer's whole cohort, and what was to be seen at some stages. A classmate answers."""
    world = as_owner(make_world(clock), m.CLASSMATE)
    classmate = world.cohort.enrolments.exclude(pk=world.seat.pk).get().user
    officer = Client()
    officer.force_login(world.people[m.OWNER])
    watching, seen = Watching(world), {}

    def look(stage: str) -> None:
        if stage in stages:
            seen[stage] = watching.everything(survey_is_open="open" in stage.split())

    for wave, moment in (("pre", BEFORE_THE_COURSE), ("post", DURING_THE_LAST_DAY)):
        clock.set(moment)
        window = _window(world, wave)
        answer(window, classmate, fully(3))
        visit(officer, window)
        look(f"{wave} open")
    clock.set(AFTER_THE_COURSE)
    _pass_everything(world)
    look("closed")
    open_boxes.enqueue()
    look("opened")
    issued = issue_certificates(cohort=world.cohort, by=world.people[m.TRAINER]).issued
    assert [one.enrolment_id for one in issued] == [world.seat.pk]
    look("certificate issued")
    return seen


@pytest.fixture
def lived(
    fresh_databases: None,
    database_copies: SqliteCopies | PostgresCopies,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Any,
    settings: Any,
) -> Live:
    """Lives a life from a clean start."""

    def start(visit: Visit, stages: Collection[str]) -> dict[str, Any]:
        database_copies.reset()
        settings.WEB_KEYS_DIR = tmp_path / visit.__name__ / "web"
        settings.EVALUATOR_KEYS_DIR = tmp_path / visit.__name__ / "evaluators"
        for made in vars(factories).values():
            if isinstance(made, type) and issubclass(made, factory.Factory) and made._meta.model:
                made.reset_sequence(0, force=True)
        settings.VERIFY_RATE = "100000/m/ip"
        cache.clear()
        mail.outbox.clear()
        caplog.clear()
        # The portal's own level.
        caplog.set_level(logging.WARNING)
        seen = live(clock, visit, stages)
        lines = [settled(record.getMessage()) for record in caplog.records]
        return seen | {"log": {"lines": lines}}

    return start


def compare(lived: Live, visits: Collection[Visit], stages: Collection[str]) -> None:
    expected = lived(answers, stages)
    assert all(len(expected[stage]) > 60 for stage in stages)
    for visit in visits:
        seen = lived(visit, stages)
        for stage, things in expected.items():
            names = things.keys() | seen[stage].keys()
            different = {one for one in names if things.get(one) != seen[stage].get(one)}
            assert not different, f"{visit.__name__}, {stage}: {sorted(different)}"


def test_at_the_end_everything_is_the_same_for_whoever_ignored_the_surveys(lived: Live) -> None:
    compare(lived, [ignores], STAGES[-1:])


@pytest.mark.long
def test_everything_is_the_same_at_every_stage_whatever_is_done(lived: Live) -> None:
    others = [declines, ignores, stops_half_way, withdraws] if ALL_LIVES else [withdraws]
    compare(lived, others, STAGES)
