"""Outcomes are worked out off the request: asked for once, told as they go, begun anew on failure."""

import pytest
from django.db import IntegrityError, transaction

from assessments.actions import current_vintage, open_due_boxes, work_out
from assessments.actions.asking import ask_again, ask_for_outcomes
from assessments.actions.outcomes import newest_vintage
from assessments.ballot_box.keys import KeyMissing
from assessments.models import Work, WorkKind, WorkState
from assessments.models.work import STALE_AFTER
from assessments.tasks import work_out_outcomes
from tests.surveys import AFTER_THE_COURSE, BEFORE_THE_COURSE, answer, fully, make_survey

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


class Queue:
    """The tasks that a worker would find; none is done by itself."""

    def __init__(self) -> None:
        self.studies: list[int] = []

    def enqueue(self, study: int) -> None:
        self.studies.append(study)


@pytest.fixture
def queue(monkeypatch) -> Queue:
    waiting = Queue()
    monkeypatch.setattr("assessments.actions.asking.work_out_outcomes", waiting)
    return waiting


@pytest.fixture
def study(clock):
    clock.set(BEFORE_THE_COURSE)
    survey = make_survey(people=12)
    for person in survey.people:
        answer(survey.pre, person, fully(3))
    clock.set(AFTER_THE_COURSE)
    open_due_boxes(study=survey.study)
    return survey.study


def _states(study) -> list[str]:
    return list(Work.objects.filter(study=study).values_list("state", flat=True))


def test_asking_computes_nothing_and_queues_one_task_for_all_who_ask(study, queue):
    first = ask_for_outcomes(study=study)
    assert ask_for_outcomes(study=study) == first
    assert ask_again(study=study) == first
    assert queue.studies == [study.pk]
    assert _states(study) == [WorkState.WAITING]
    assert newest_vintage(study=study) is None


def test_the_worker_does_what_waits_and_says_how_far_it_is(study, queue, monkeypatch):
    reached = []
    monkeypatch.setattr(
        Work, "reach", lambda self, step, of, words: reached.append((step, of, words))
    )
    ask_for_outcomes(study=study)
    work_out_outcomes.enqueue(study.pk)
    assert _states(study) == [WorkState.DONE]
    assert reached == [(0, 2, "rows"), (1, 2, "figures")]
    assert newest_vintage(study=study) is not None


def test_where_nothing_is_due_nothing_is_asked_for(study, queue):
    current_vintage(study=study)
    assert ask_for_outcomes(study=study) is None
    assert ask_again(study=study) is None
    assert not Work.objects.exists()
    assert queue.studies == []


def test_on_a_web_side_alone_nothing_is_ever_due(study, queue, settings):
    settings.PORTAL_SIDE = "web"
    assert ask_for_outcomes(study=study) is None


def test_a_failure_keeps_its_reason_and_is_not_begun_again_by_looking(
    study, queue, settings, tmp_path
):
    stored = settings.WEB_KEYS_DIR
    settings.WEB_KEYS_DIR = tmp_path / "elsewhere"
    with pytest.raises(KeyMissing):
        work_out(study=study)
    failed = ask_for_outcomes(study=study)
    assert (failed.state, failed.words) == (WorkState.FAILED, "key_missing")
    assert queue.studies == []
    settings.WEB_KEYS_DIR = stored
    assert ask_again(study=study).state == WorkState.WAITING
    work_out(study=study)
    assert _states(study) == [WorkState.FAILED, WorkState.DONE]


def test_an_unforeseen_error_leaves_its_traceback_to_the_log(study, monkeypatch):
    def breaks(**told):
        raise RuntimeError("what somebody answered")

    monkeypatch.setattr("assessments.actions.working.current_vintage", breaks)
    with pytest.raises(RuntimeError):
        work_out(study=study)
    assert Work.objects.get().words == "error"


def test_what_another_worker_is_doing_is_left_alone(study, queue):
    ask_for_outcomes(study=study)
    Work.objects.get().move(WorkState.RUNNING)
    assert work_out(study=study) is None
    assert newest_vintage(study=study) is None


def test_what_a_dead_worker_left_can_be_begun_again_after_a_while(study, queue, clock):
    left = ask_for_outcomes(study=study)
    left.move(WorkState.RUNNING)
    clock.set(AFTER_THE_COURSE + STALE_AFTER)
    assert ask_again(study=study) == left
    clock.forward(seconds=1)
    assert ask_for_outcomes(study=study) == left
    assert ask_again(study=study) != left
    assert _states(study) == [WorkState.FAILED, WorkState.WAITING]
    assert len(queue.studies) == 2


def test_a_worker_takes_over_what_a_dead_one_left(study, queue, clock):
    ask_for_outcomes(study=study).move(WorkState.RUNNING)
    clock.set(AFTER_THE_COURSE + STALE_AFTER)
    clock.forward(seconds=1)
    work_out(study=study)
    assert _states(study) == [WorkState.FAILED, WorkState.DONE]


def test_the_database_keeps_a_second_unfinished_piece_out(study, queue):
    ask_for_outcomes(study=study)
    with pytest.raises(IntegrityError), transaction.atomic():
        Work.objects.create(study=study, kind=WorkKind.OUTCOMES)


@pytest.mark.parametrize("state", [WorkState.DONE, WorkState.FAILED])
def test_what_is_finished_does_not_move_any_more(study, state):
    work = Work.objects.create(study=study, kind=WorkKind.OUTCOMES)
    work.move(WorkState.RUNNING)
    work.move(state)
    with pytest.raises(ValueError, match="cannot move"):
        work.move(WorkState.RUNNING)
