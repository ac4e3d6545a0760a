import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import close_old_connections, connections
from django.test import Client

from assessments import opening
from assessments.actions import (
    create_windows,
    decline,
    destroy_served_keys,
    due_windows,
    fill_box,
    open_due_boxes,
    open_window,
    seal_section,
)
from assessments.actions import opening as opening_actions
from assessments.ballot_box import store
from assessments.ballot_box.batches import PAGE_BYTES, Unreadable, unseal_aside, unseal_rows
from assessments.ballot_box.keys import KeyMissing, web_data_share
from assessments.ballot_box.models import Ballot, Opening, ResponseBatch, SetAside
from assessments.ballot_box.sealing import unwrap
from assessments.ballot_box.store import BoxClosed
from assessments.keyring import (
    box_keys,
    evaluator_store,
    link_key,
    opener_keys,
    problems,
    responses_key,
    web_store,
)
from assessments.models import SurveyWindow
from assessments.promise import promise_of
from lms.accounts.models import AuditEntry, ResearchId
from tests.conftest import Clock
from tests.surveys import (
    AFTER_THE_COURSE,
    BEFORE_THE_COURSE,
    DURING_THE_LAST_DAY,
    Survey,
    answer,
    fully,
    make_cohort,
    make_survey,
)

with_both = pytest.mark.django_db(databases=["default", "responses"])


def values(survey: Survey, wave: str = "pre") -> list[int]:
    """What was answered to the first statement, over all rows of a wave."""
    return sorted(row["answers"]["A1"] for row in survey.rows() if row["wave"] == wave)


def everybody_answers(survey: Survey, window: SurveyWindow) -> None:
    for value, person in enumerate(survey.people, start=1):
        answer(window, person, fully(value))


@with_both
class TestWindows:
    def test_a_cohort_gets_one_window_for_each_wave(self, survey: Survey) -> None:
        again = create_windows(cohort=survey.cohort)
        assert {window.pk for window in again} == {survey.pre.pk, survey.post.pk}
        assert SurveyWindow.objects.count() == 2

    def test_a_study_without_keys_gets_no_window(self, survey: Survey) -> None:
        type(survey.study).objects.update(public_key=None)
        cohort = make_cohort(survey.cohort.version, survey.agency, [])
        assert create_windows(cohort=cohort) == []

    def test_a_lost_box_key_is_never_made_anew(self, survey: Survey) -> None:
        web_store().destroy_box_key(survey.study.uuid, survey.pre.uuid)
        create_windows(cohort=survey.cohort)
        with pytest.raises(KeyMissing):
            web_store().box_key(survey.study.uuid, survey.pre.uuid)

    def test_a_window_is_due_once_it_is_over_and_until_it_is_opened(
        self, survey: Survey, clock: Clock
    ) -> None:
        assert due_windows() == []
        clock.set(DURING_THE_LAST_DAY)
        assert due_windows() == [survey.pre]
        open_window(window=survey.pre)
        assert due_windows() == []
        clock.set(AFTER_THE_COURSE)
        assert due_windows(survey.study) == [survey.post]


@with_both
class TestOpening:
    def test_every_finished_ballot_becomes_one_row(self, survey: Survey) -> None:
        everybody_answers(survey, survey.pre)
        open_window(window=survey.pre)
        row = min(survey.rows(), key=lambda row: row["answers"]["A1"])
        assert values(survey) == [1, 2, 3]
        assert len(row["code"]) == 32
        assert row | {"code": None, "row": None} == {
            "code": None,
            "row": None,
            "wave": "pre",
            "version": 1,
            "answers": fully(1),
            # Three have a seat: the cohort's name would be theirs.
            "cohort": "",
            "covariates": {},
            "arm": "training",
            "promise": promise_of(survey.study).version,
        }

    def test_rows_name_their_cohort_where_five_have_a_seat(self) -> None:
        survey = make_survey(people=5)
        answer(survey.pre, survey.people[0], fully(3))
        open_window(window=survey.pre)
        assert [row["cohort"] for row in survey.rows()] == [survey.cohort.code]

    def test_declined_and_unfinished_ballots_are_dropped(self, survey: Survey) -> None:
        one, two, three = survey.people
        answer(survey.pre, one, fully(4))
        decline(window=survey.pre, user=two)
        seal_section(window=survey.pre, user=three, section=1, answers={"A1": 1})
        open_window(window=survey.pre)
        assert values(survey) == [4]
        assert list(Opening.objects.values_list("n", "n_set_aside")) == [(3, 0)]
        assert not Ballot.objects.exists()

    def test_a_box_in_which_nobody_answered_adds_as_much_as_any_other(self, survey: Survey) -> None:
        for one in (survey.pre, survey.post):
            fill_box(window=one)
        open_window(window=survey.pre)
        assert survey.rows() == []
        ((_, empty),) = store.batches_of(survey.study.uuid)
        everybody_answers(survey, survey.post)
        open_window(window=survey.post)
        ((_, full),) = store.batches_of(survey.study.uuid)
        assert len(full) - len(empty) == len(empty) - 24 - 16 == PAGE_BYTES

    def test_opening_twice_changes_nothing(self, survey: Survey) -> None:
        everybody_answers(survey, survey.pre)
        open_window(window=survey.pre)
        before = store.batches_of(survey.study.uuid)
        open_window(window=SurveyWindow.objects.get(pk=survey.pre.pk))
        assert store.batches_of(survey.study.uuid) == before
        assert Opening.objects.count() == 1
        assert AuditEntry.objects.filter(action="box.opened").count() == 1

    def test_the_same_person_has_one_code_in_both_waves_and_others_have_others(
        self, survey: Survey
    ) -> None:
        everybody_answers(survey, survey.pre)
        everybody_answers(survey, survey.post)
        for window in (survey.pre, survey.post):
            open_window(window=window)
        codes = {(row["wave"], row["answers"]["A1"]): row["code"] for row in survey.rows()}
        assert len(set(codes.values())) == 3
        assert all(codes["pre", value] == codes["post", value] for value in (1, 2, 3))

    def test_codes_are_not_those_of_another_study_key(self, survey: Survey) -> None:
        everybody_answers(survey, survey.pre)
        open_window(window=survey.pre)
        ids = {bytes(one.value).hex() for one in ResearchId.objects.all()}
        assert not ids & {row["code"] for row in survey.rows()}

    def test_a_person_in_two_cohorts_of_one_wave_counts_once_with_what_was_opened_first(
        self, survey: Survey
    ) -> None:
        officer = survey.people[0]
        second = make_cohort(survey.cohort.version, survey.agency, [officer])
        other = next(w for w in create_windows(cohort=second) if w.wave.code == "pre")
        answer(survey.pre, officer, fully(1))
        answer(other, officer, fully(5))
        open_window(window=survey.pre)
        open_window(window=other)
        assert values(survey) == [1]

    def test_a_person_whose_accounts_were_merged_keeps_their_code(self, survey: Survey) -> None:
        """They answered under an account that later became the second of two."""
        kept, merged, _ = survey.people
        answer(survey.pre, merged, fully(2))
        open_window(window=survey.pre)
        merged.research_ids.update(user=kept, primary=False)
        answer(survey.post, kept, fully(4))
        open_window(window=survey.post)
        assert len({row["code"] for row in survey.rows()}) == 1

    def test_covariates_are_kept_apart_from_answers(self, clock: Clock) -> None:
        clock.set(BEFORE_THE_COURSE)
        survey = make_survey(1, covariates=("service_band",))
        answer(survey.pre, survey.people[0], fully(3))
        seal_section(
            window=survey.pre,
            user=survey.people[0],
            section=3,
            answers={"service_band": "from_5_to_9"},
        )
        open_window(window=survey.pre)
        (row,) = survey.rows()
        assert row["covariates"] == {"service_band": "from_5_to_9"}
        assert "service_band" not in row["answers"]

    def test_rows_open_with_neither_share_alone(self, survey: Survey) -> None:
        everybody_answers(survey, survey.pre)
        open_window(window=survey.pre)
        study = survey.study
        sealed = [batch for _, batch in store.batches_of(study.uuid)]
        web, evaluators = link_key(study), opener_keys(study)
        for key in (web, web_data_share(web, study.uuid), evaluators.data_share, evaluators.code):
            with pytest.raises(Unreadable):
                list(unseal_rows(sealed, key, study.uuid))
        assert len(list(unseal_rows(sealed, responses_key(study), study.uuid))) == 3


@with_both
class TestCorruptBallots:
    def test_a_tampered_ballot_is_set_aside_and_the_rest_is_counted(self, survey: Survey) -> None:
        everybody_answers(survey, survey.pre)
        tag, sealed = store.contents(survey.pre.uuid)[0]
        Ballot.objects.filter(tag=tag).update(sealed=sealed[:-1] + bytes([sealed[-1] ^ 1]))
        open_window(window=survey.pre)
        assert len(values(survey)) == 2
        assert list(Opening.objects.values_list("n", "n_set_aside")) == [(3, 1)]

    def test_two_ballots_swapped_between_tags_are_both_set_aside(self, survey: Survey) -> None:
        everybody_answers(survey, survey.pre)
        (one, first), (two, second), _ = store.contents(survey.pre.uuid)
        Ballot.objects.filter(tag=one).update(sealed=second)
        Ballot.objects.filter(tag=two).update(sealed=first)
        open_window(window=survey.pre)
        assert len(values(survey)) == 1
        assert SetAside.objects.count() == 2

    def test_a_ballot_moved_to_another_window_is_set_aside(self, survey: Survey) -> None:
        everybody_answers(survey, survey.pre)
        answer(survey.post, survey.people[0], fully(5))
        Ballot.objects.filter(window=survey.post.uuid).update(window=survey.pre.uuid)
        open_window(window=survey.pre)
        assert values(survey) == [1, 2, 3]
        assert SetAside.objects.count() == len(survey.people)

    def test_answers_that_the_instrument_does_not_offer_are_set_aside(self, survey: Survey) -> None:
        """Whoever reaches past the form is stopped at the opening."""
        one, two, three = survey.people
        answer(survey.pre, one, fully(4))
        answer(survey.pre, two, fully(99))
        seal_section(window=survey.pre, user=three, section=1, answers={"NOPE": 1})
        seal_section(window=survey.pre, user=three, section=2, answers={})
        open_window(window=survey.pre)
        assert values(survey) == [4]
        assert SetAside.objects.count() == 2

    def test_what_is_set_aside_needs_both_shares(self, survey: Survey) -> None:
        """Inside such a ballot are whole sections that the evaluators' key alone could open."""
        one, two, _ = survey.people
        answer(survey.pre, one, fully(4))
        answer(survey.pre, two, fully(99))
        inside = [
            b"".join(unwrap(sealed, box_keys(survey.pre), tag).slots)
            for tag, sealed in store.contents(survey.pre.uuid)
        ]
        open_window(window=survey.pre)
        kept = bytes(SetAside.objects.get().sealed)
        assert kept not in inside
        assert unseal_aside(kept, responses_key(survey.study), survey.study.uuid) in inside
        with pytest.raises(Unreadable):
            unseal_aside(kept, opener_keys(survey.study).data_share, survey.study.uuid)

    def test_a_box_key_that_opens_nothing_is_taken_for_the_wrong_key(self, survey: Survey) -> None:
        everybody_answers(survey, survey.pre)
        path = web_store()._box(survey.study.uuid, survey.pre.uuid)
        right = path.read_bytes()
        path.write_bytes(b"x" * 32)
        with pytest.raises(KeyMissing, match="none of its ballots"):
            open_window(window=survey.pre)
        assert Ballot.objects.count() == 3
        path.write_bytes(right)
        open_window(window=survey.pre)
        assert values(survey) == [1, 2, 3]


@with_both
class TestKeys:
    def test_without_a_key_nothing_changes(self, survey: Survey) -> None:
        everybody_answers(survey, survey.pre)
        key = web_store().root / str(survey.study.uuid) / "k_link"
        kept = key.read_bytes()
        key.unlink()
        with pytest.raises(KeyMissing):
            open_window(window=survey.pre)
        assert (Ballot.objects.count(), Opening.objects.count()) == (3, 0)
        key.write_bytes(kept)
        open_window(window=survey.pre)
        assert values(survey) == [1, 2, 3]

    def test_a_box_that_does_not_open_keeps_no_other_from_opening(
        self, survey: Survey, clock: Clock
    ) -> None:
        everybody_answers(survey, survey.post)
        web_store().destroy_box_key(survey.study.uuid, survey.pre.uuid)
        clock.set(AFTER_THE_COURSE)
        with pytest.raises(KeyMissing, match=str(survey.pre.uuid)):
            open_due_boxes()
        assert values(survey, "post") == [1, 2, 3]

    def test_a_box_key_is_destroyed_after_the_days_a_backup_needs(
        self, survey: Survey, clock: Clock
    ) -> None:
        open_window(window=survey.pre)
        clock.forward(days=6.9)
        assert destroy_served_keys() == 0
        clock.forward(days=0.2)
        assert destroy_served_keys() == 1
        with pytest.raises(KeyMissing):
            web_store().box_key(survey.study.uuid, survey.pre.uuid)
        assert web_store().box_key(survey.study.uuid, survey.post.uuid)
        assert destroy_served_keys() == 0

    def test_a_whole_pair_of_keys_has_no_problem(self, survey: Survey) -> None:
        assert problems(survey.study) == []

    @pytest.mark.parametrize("content", [None, b"", b"x" * 32])
    def test_a_missing_or_wrong_link_key_is_found(
        self, survey: Survey, client: Client, content: bytes | None
    ) -> None:
        key = web_store().root / str(survey.study.uuid) / "k_link"
        key.unlink() if content is None else key.write_bytes(content)
        assert len(problems(survey.study)) == 1
        self.assert_not_ready(client)

    def test_a_missing_box_key_of_a_window_to_come_is_found(
        self, survey: Survey, client: Client
    ) -> None:
        web_store().destroy_box_key(survey.study.uuid, survey.post.uuid)
        assert len(problems(survey.study)) == 1
        self.assert_not_ready(client)

    def test_a_wrong_passphrase_is_found(
        self, survey: Survey, client: Client, settings: Any
    ) -> None:
        settings.OPENER_PASSPHRASE = "another passphrase"
        assert len(problems(survey.study)) == 1
        self.assert_not_ready(client)

    def test_another_studys_evaluators_key_is_found(self, survey: Survey, settings: Any) -> None:
        root = settings.EVALUATOR_KEYS_DIR / str(survey.study.uuid)
        other = another_key(settings)
        (root / "r_open").write_bytes(other)
        assert "does not belong" in problems(survey.study)[0]

    def test_an_opened_window_needs_no_key_any_more(self, survey: Survey, clock: Clock) -> None:
        open_window(window=survey.pre)
        clock.forward(days=30)
        destroy_served_keys()
        assert problems(survey.study) == []

    def assert_not_ready(self, client: Client) -> None:
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["checks"] == {"default": True, "responses": True, "keys": False}


def another_key(settings: Any) -> bytes:
    """The stored form of some other study's evaluators' key, under the same passphrase."""
    other = uuid.uuid4()
    evaluator_store().create(other)
    stored: bytes = (settings.EVALUATOR_KEYS_DIR / str(other) / "r_open").read_bytes()
    return stored


class Killed(Exception):
    pass


# Each step of an opening, in order: where it is looked up, and its name.
STEPS = [
    (opening_actions, "opener_keys"),
    (opening_actions, "box_keys"),
    (opening_actions.store, "contents"),
    (opening_actions, "peel"),
    (opening_actions.store, "batches_of"),
    (opening, "open_ballot"),
    (opening, "code_of"),
    (opening_actions, "seal_aside"),
    (opening_actions.store.Opening.objects, "create"),
    (opening_actions.store.SetAside.objects, "bulk_create"),
    (opening_actions.store.ResponseBatch.objects, "bulk_create"),
    (opening_actions.store, "replace_by_batches"),
    (opening_actions, "_empty_box"),
    (opening_actions.store, "scrub"),
    (opening_actions, "record"),
    (opening_actions, "_note_opening"),
]


def killing(real: Callable[..., Any], before: bool) -> Callable[..., Any]:
    def step(*args: Any, **kwargs: Any) -> Any:
        if before:
            raise Killed
        real(*args, **kwargs)
        raise Killed

    return step


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(("place", "name"), STEPS, ids=[name for _, name in STEPS])
@with_both
def test_an_opening_killed_anywhere_is_finished_by_the_next_try(
    survey: Survey,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    place: Any,
    name: str,
    before: bool,
) -> None:
    one, two, three = survey.people
    answer(survey.pre, one, fully(4))
    answer(survey.pre, two, fully(2))
    answer(survey.pre, three, fully(99))
    clock.set(DURING_THE_LAST_DAY)
    with monkeypatch.context() as patch:
        patch.setattr(place, name, killing(getattr(place, name), before))
        with pytest.raises(Killed):
            open_due_boxes()
    assert Opening.objects.count() in (0, 1)
    assert (Opening.objects.count() == 0) == (Ballot.objects.count() == 3)
    assert (Opening.objects.count() == 0) == (ResponseBatch.objects.count() == 0)

    open_due_boxes()
    assert values(survey) == [2, 4]
    assert (Opening.objects.count(), SetAside.objects.count()) == (1, 1)
    assert not Ballot.objects.exists()
    assert due_windows() == []
    assert AuditEntry.objects.filter(action="box.opened").count() == 1
    assert SurveyWindow.objects.get(pk=survey.pre.pk).opened_at is not None


@with_both
def test_a_killed_opening_leaves_the_window_shut_for_late_posts(
    survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(opening_actions.store, "scrub", killing(store.scrub, before=True))
        with pytest.raises(Killed):
            open_window(window=survey.pre)
    with pytest.raises(BoxClosed):
        seal_section(window=survey.pre, user=survey.people[0], section=1, answers={"A1": 1})


def in_threads(*deeds: Callable[[], Any]) -> list[Any]:
    """Runs every deed in a thread of its own, all starting at once; returns what they did."""
    results: list[Any] = [None] * len(deeds)
    start = threading.Barrier(len(deeds))

    def run(place: int, deed: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[place] = deed()
        except BoxClosed as closed:
            results[place] = closed
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, deed)) for place, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    close_old_connections()
    return results


def unexpected(results: list[Any]) -> list[Any]:
    return [r for r in results if isinstance(r, Exception) and not isinstance(r, BoxClosed)]


def test_two_openers_and_late_posts_at_once_lose_and_double_nothing(
    fresh_databases: None, clock: Clock
) -> None:
    """Everybody has sealed the first section; while two openers run, all post the second. Whoever
    got in counts, whoever came too late was told so."""
    clock.set(BEFORE_THE_COURSE)
    survey = make_survey(8)
    for value, person in enumerate(survey.people):
        seal_section(window=survey.pre, user=person, section=1, answers={"A1": value % 5 + 1})

    def late(person: Any) -> Callable[[], Any]:
        return lambda: seal_section(window=survey.pre, user=person, section=2, answers={"M1": 5})

    def opener() -> Any:
        return open_window(window=SurveyWindow.objects.get(pk=survey.pre.pk))

    results = in_threads(opener, *[late(person) for person in survey.people], opener)
    assert unexpected(results) == []
    in_time = [
        place % 5 + 1
        for place, result in enumerate(results[1:-1])
        if not isinstance(result, BoxClosed)
    ]
    assert values(survey) == sorted(in_time)
    assert not Ballot.objects.exists()
    assert Opening.objects.get().n == 8


def test_two_devices_that_seal_at_once_both_get_their_section_in(
    fresh_databases: None, clock: Clock
) -> None:
    clock.set(BEFORE_THE_COURSE)
    survey = make_survey(1)
    officer = survey.people[0]
    results = in_threads(
        lambda: seal_section(window=survey.pre, user=officer, section=1, answers={"A1": 4}),
        lambda: seal_section(window=survey.pre, user=officer, section=2, answers={"B1": 2}),
    )
    assert unexpected(results) == []
    open_window(window=survey.pre)
    assert [row["answers"] for row in survey.rows()] == [{"A1": 4, "B1": 2}]


def test_two_makers_of_windows_at_once_make_them_once(fresh_databases: None, clock: Clock) -> None:
    clock.set(BEFORE_THE_COURSE)
    survey = make_survey(0)
    cohort = make_cohort(survey.cohort.version, survey.agency, [])
    results = in_threads(*[lambda: create_windows(cohort=cohort) for _ in range(4)])
    assert unexpected(results) == []
    assert len({window.pk for windows in results for window in windows}) == 2
    assert problems(survey.study) == []
