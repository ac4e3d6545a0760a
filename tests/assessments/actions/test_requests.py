from collections.abc import Callable
from datetime import timedelta
from secrets import SystemRandom
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from assessments.actions import (
    create_windows,
    current_vintage,
    decline,
    fill_box,
    open_due_boxes,
    open_window,
    renew_study,
    request_withdrawal,
    rewrap_sheets,
    seal_section,
)
from assessments.actions import renewing as renewing_actions
from assessments.ballot_box import store
from assessments.ballot_box.batches import unseal_tally
from assessments.ballot_box.keys import KeyMissing
from assessments.ballot_box.models import RequestSheet, ResponseBatch
from assessments.ballot_box.requests import BLOCK
from assessments.keyring import responses_key, web_store
from assessments.models import Study
from lms.accounts.clock import now
from lms.accounts.models import AuditEntry, User
from tests.factories import UserFactory
from tests.surveys import Survey, answer, fully, make_cohort, seat

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


@pytest.fixture
def opened(survey: Survey) -> Survey:
    """Three people answered the first wave with 1, 2 and 3, and its box was opened."""
    for value, person in enumerate(survey.people, start=1):
        answer(survey.pre, person, fully(value))
    open_window(window=survey.pre)
    return survey


def values(survey: Survey) -> list[int]:
    return sorted(row["answers"]["A1"] for row in survey.rows())


def merge(survivor: User, duplicate: User) -> None:
    duplicate.research_ids.update(user=survivor, primary=False)


def test_who_withdraws_after_the_opening_is_gone_with_the_next_renewal(opened: Survey) -> None:
    request_withdrawal(study=opened.study, user=opened.people[0])
    assert values(opened) == [1, 2, 3]
    renew_study(study=opened.study)
    assert values(opened) == [2, 3]


def test_a_withdrawal_is_done_within_a_week_without_any_other_opening(opened: Survey) -> None:
    request_withdrawal(study=opened.study, user=opened.people[0])
    Study.objects.update(renewed_at=now() - timedelta(days=6, hours=23))
    open_due_boxes()
    assert values(opened) == [1, 2, 3]
    Study.objects.update(renewed_at=now() - timedelta(days=7))
    open_due_boxes()
    assert values(opened) == [2, 3]


def test_a_withdrawal_is_done_with_the_next_opening_and_before_its_figures(opened: Survey) -> None:
    one, two, _ = opened.people
    for person in (one, two):
        answer(opened.post, person, fully(5))
    request_withdrawal(study=opened.study, user=one)
    answer(opened.post, one, fully(4))
    open_window(window=opened.post)
    assert values(opened) == [2, 3, 4, 5]
    request_withdrawal(study=opened.study, user=two)
    current_vintage(study=opened.study)
    assert values(opened) == [3, 4]


def test_a_withdrawal_after_the_opening_is_done_before_figures_are_made(opened: Survey) -> None:
    """However late the figures: nothing they rest on had been withdrawn by then."""
    request_withdrawal(study=opened.study, user=opened.people[0])
    current_vintage(study=opened.study)
    assert opened.study.vintages.count() == 1
    assert values(opened) == [2, 3]


def test_withdrawing_declines_in_every_window_that_has_begun(survey: Survey) -> None:
    officer = survey.people[0]
    answer(survey.pre, officer, fully(4))
    request_withdrawal(study=survey.study, user=officer)
    open_window(window=survey.pre)
    assert survey.rows() == []


def test_a_window_that_has_not_begun_shows_nothing_of_a_withdrawal(survey: Survey) -> None:
    request_withdrawal(study=survey.study, user=survey.people[0])
    assert store.contents(survey.post.uuid) == []


def test_who_has_no_ballot_in_an_open_window_gets_none_by_withdrawing(survey: Survey) -> None:
    """In a window for later seats: one ballot more than people would tell."""
    officer = survey.people[0]
    fill_box(window=survey.pre)
    late = UserFactory.create()
    seat(survey.cohort, [late])
    late.enrolments.update(state="withdrawn")
    request_withdrawal(study=survey.study, user=late)
    request_withdrawal(study=survey.study, user=officer)
    assert len(store.contents(survey.pre.uuid)) == len(survey.people)


def test_who_never_took_part_may_withdraw_and_nothing_happens(opened: Survey) -> None:
    stranger = UserFactory.create()
    request_withdrawal(study=opened.study, user=stranger)
    renew_study(study=opened.study)
    assert values(opened) == [1, 2, 3]


def test_a_withdrawal_reaches_what_was_answered_under_an_account_merged_since(
    opened: Survey,
) -> None:
    survivor, duplicate, _ = opened.people
    merge(survivor, duplicate)
    request_withdrawal(study=opened.study, user=survivor)
    renew_study(study=opened.study)
    assert values(opened) == [3]


def test_a_withdrawal_leaves_other_studies_alone(opened: Survey) -> None:
    """The row of another study's sheet is not even written."""
    rewrap_sheets()
    request_withdrawal(study=opened.study, user=opened.people[0])
    assert RequestSheet.objects.count() == 1


class TestMerges:
    def test_waves_that_were_opened_under_two_codes_get_the_earlier_one(
        self, survey: Survey
    ) -> None:
        survivor, duplicate, _ = survey.people
        answer(survey.pre, duplicate, fully(1))
        answer(survey.post, survivor, fully(5))
        for window in (survey.pre, survey.post):
            open_window(window=window)
        first = next(row["code"] for row in survey.rows() if row["wave"] == "pre")
        merge(survivor, duplicate)
        renew_study(study=survey.study)
        assert [row["code"] for row in survey.rows()] == [first, first]

    def test_what_is_opened_after_the_merge_under_the_second_account_is_the_persons_too(
        self, survey: Survey
    ) -> None:
        """It was sealed before anybody knew: inside are the links of one account alone."""
        survivor, duplicate, _ = survey.people
        answer(survey.pre, survivor, fully(1))
        open_window(window=survey.pre)
        answer(survey.post, duplicate, fully(5))
        merge(survivor, duplicate)
        renew_study(study=survey.study)
        open_window(window=survey.post)
        assert len({row["code"] for row in survey.rows()}) == 1
        assert len(survey.rows()) == 2

    def test_two_answers_of_one_wave_count_once_and_the_count_is_sealed(
        self, opened: Survey
    ) -> None:
        survivor, duplicate, _ = opened.people
        merge(survivor, duplicate)
        for _ in range(2):
            renew_study(study=opened.study)
        assert len(values(opened)) == 2
        key = responses_key(opened.study)
        assert unseal_tally(store.read_tally(opened.study.uuid), key, opened.study.uuid) == 1

    @pytest.mark.parametrize("survivor", ["victim", "puppet"])
    @pytest.mark.parametrize("answered", ["before the merge", "after it"])
    @pytest.mark.parametrize("place", [1, -1], ids=["as they lie", "turned round"])
    def test_an_account_made_to_be_merged_never_replaces_the_older_ones_answers(
        self,
        survey: Survey,
        monkeypatch: pytest.MonkeyPatch,
        survivor: str,
        answered: str,
        place: int,
    ) -> None:
        """Ballots leave a box in random order: both are tried."""
        victim, puppet, _ = survey.people
        answer(survey.pre, victim, fully(4))
        if answered == "before the merge":
            answer(survey.pre, puppet, fully(1))
        stays, goes = (victim, puppet) if survivor == "victim" else (puppet, victim)
        merge(stays, goes)
        if answered == "after it" and survivor == "puppet":
            answer(survey.pre, puppet, fully(1))
        real = store.contents
        monkeypatch.setattr(store, "contents", lambda window: sorted(real(window))[::place])
        monkeypatch.setattr(SystemRandom, "shuffle", lambda _, ballots: None)
        open_window(window=survey.pre)
        assert values(survey) == [4]

    def test_an_older_account_that_takes_over_another_does_not_replace_what_was_answered_there(
        self, survey: Survey
    ) -> None:
        older, victim, _ = survey.people
        answer(survey.pre, victim, fully(4))
        merge(older, victim)
        answer(survey.pre, older, fully(1))
        open_window(window=survey.pre)
        assert values(survey) == [4]

    def test_a_person_seated_in_two_cohorts_counts_once_a_wave(self, survey: Survey) -> None:
        officer = survey.people[0]
        second = make_cohort(survey.cohort.version, survey.agency, [officer])
        other = next(w for w in create_windows(cohort=second) if w.wave.code == "pre")
        answer(survey.pre, officer, fully(1))
        answer(other, officer, fully(5))
        for window in (survey.pre, other):
            open_window(window=window)
        assert values(survey) == [1]


class TestNothingTells:
    def test_the_main_database_and_the_audit_log_learn_nothing(self, opened: Survey) -> None:
        entries = AuditEntry.objects.count()
        with CaptureQueriesContext(connections["default"]) as captured:
            request_withdrawal(study=opened.study, user=opened.people[0])
        assert {query["sql"].split()[0] for query in captured.captured_queries} == {"SELECT"}
        renew_study(study=opened.study)
        assert AuditEntry.objects.count() == entries

    def test_the_responses_database_is_asked_the_same_whether_anything_was_there(
        self, opened: Survey
    ) -> None:
        rewrap_sheets()

        def asked(user: User) -> list[str]:
            with CaptureQueriesContext(connections["responses"]) as captured:
                request_withdrawal(study=opened.study, user=user)
            said = [query["sql"].split()[:3] for query in captured.captured_queries]
            return [" ".join(words[:1]) for words in said if "SAVEPOINT" not in words]

        opened_window_member, never_seated = opened.people[0], UserFactory.create()
        assert asked(opened_window_member) == asked(never_seated)

    def test_a_sheet_changes_with_every_tick_and_never_in_size(self, opened: Survey) -> None:
        rewrap_sheets()
        forms = [bytes(RequestSheet.objects.get().sealed)]
        for deed in (
            lambda: rewrap_sheets(),
            lambda: request_withdrawal(study=opened.study, user=opened.people[0]),
            lambda: renew_study(study=opened.study),
        ):
            deed()
            forms.append(bytes(RequestSheet.objects.get().sealed))
        assert len(set(forms)) == 4
        assert len({len(form) for form in forms}) == 1

    def test_a_sheet_does_not_grow_however_often_one_person_asks(self, opened: Survey) -> None:
        rewrap_sheets()
        before = len(RequestSheet.objects.get().sealed)
        for _ in range(BLOCK + 1):
            request_withdrawal(study=opened.study, user=opened.people[0])
        assert len(RequestSheet.objects.get().sealed) == before
        renew_study(study=opened.study)
        assert values(opened) == [2, 3]

    def test_batches_get_new_ids_and_keep_their_size_whether_or_not_anybody_withdrew(
        self, opened: Survey
    ) -> None:
        before = store.batches_of(opened.study.uuid)
        renew_study(study=opened.study)
        between = store.batches_of(opened.study.uuid)
        request_withdrawal(study=opened.study, user=opened.people[0])
        renew_study(study=opened.study)
        after = store.batches_of(opened.study.uuid)
        assert len({pk for pk, _ in before + between + after}) == 3
        assert len({len(sealed) for _, sealed in before + between + after}) == 1

    def test_no_vintage_is_made_because_somebody_withdrew(self, opened: Survey) -> None:
        """A new one in a week without an opening would tell that somebody had taken part."""
        current_vintage(study=opened.study)
        made = opened.study.vintages.count()
        request_withdrawal(study=opened.study, user=opened.people[0])
        renew_study(study=opened.study)
        current_vintage(study=opened.study)
        assert opened.study.vintages.count() == made == 1


class Killed(Exception):
    pass


def killing(real: Callable[..., Any], before: bool) -> Callable[..., Any]:
    def step(*args: Any, **kwargs: Any) -> Any:
        if not before:
            real(*args, **kwargs)
        raise Killed

    return step


STEPS = [
    (renewing_actions, "stored_rows"),
    (renewing_actions, "drop_requests"),
    (renewing_actions, "take_requests"),
    (renewing_actions, "renew_rows"),
    (renewing_actions, "add_to_tally"),
    (store, "renew_batches"),
    (ResponseBatch.objects, "bulk_create"),
    (store, "scrub"),
    (renewing_actions, "note_renewal"),
]


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(("place", "name"), STEPS, ids=[name for _, name in STEPS])
def test_a_renewal_killed_anywhere_loses_no_request_and_no_row(
    opened: Survey, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, before: bool
) -> None:
    survivor, duplicate, leaver = opened.people
    request_withdrawal(study=opened.study, user=leaver)
    answer(opened.post, survivor, fully(5))
    merge(survivor, duplicate)
    with monkeypatch.context() as patch:
        patch.setattr(place, name, killing(getattr(place, name), before))
        with pytest.raises(Killed):
            renew_study(study=opened.study)
    renew_study(study=opened.study)
    assert len(values(opened)) == 1
    assert values(opened)[0] in (1, 2)


def test_without_the_link_key_a_withdrawal_is_refused_and_nothing_is_half_done(
    opened: Survey,
) -> None:
    (web_store().root / str(opened.study.uuid) / "k_link").unlink()
    before = bytes(RequestSheet.objects.get().sealed)
    with pytest.raises(KeyMissing):
        request_withdrawal(study=opened.study, user=opened.people[0])
    assert bytes(RequestSheet.objects.get().sealed) == before


def test_who_withdrew_may_take_part_again(survey: Survey) -> None:
    officer = survey.people[0]
    decline(window=survey.pre, user=officer)
    request_withdrawal(study=survey.study, user=officer)
    answer(survey.pre, officer, fully(4))
    seal_section(window=survey.pre, user=officer, section=1, answers={"A1": 5})
    open_window(window=survey.pre)
    assert [row["answers"]["A1"] for row in survey.rows()] == [5]
