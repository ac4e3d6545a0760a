from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from assessments.actions import (
    create_windows,
    decline,
    fill_box,
    open_window,
    progress_of,
    seal_section,
    seal_sections,
    use_link,
)
from assessments.actions.answering import Progress
from assessments.actions.filling import WebBox, research_ids
from assessments.ballot_box import store
from assessments.ballot_box.keys import KeyMissing
from assessments.ballot_box.models import Ballot
from assessments.ballot_box.sealing import SIZE, Tampered, TooLong, unwrap
from assessments.ballot_box.store import BoxClosed
from assessments.keyring import box_keys, web_store
from assessments.models import SurveyWindow
from lms.accounts.models import User
from tests.factories import UserFactory
from tests.surveys import ITEMS, Survey, answer, fully, seat

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


def ballots(survey: Survey) -> dict[str, bytes]:
    return dict(store.contents(survey.pre.uuid))


def answers_after_opening(survey: Survey) -> list[dict[str, object]]:
    open_window(window=survey.pre)
    return [row["answers"] for row in survey.rows()]


def test_looking_at_a_survey_writes_nothing(survey: Survey) -> None:
    assert progress_of(window=survey.pre, user=survey.people[0]) == Progress(frozenset(), 2)
    assert ballots(survey) == {}


def test_the_first_section_gives_everybody_seated_a_ballot(survey: Survey) -> None:
    """A row's presence says nothing: whoever never came has one of the same size."""
    seal_section(window=survey.pre, user=survey.people[0], section=1, answers={"A1": 4})
    assert len(ballots(survey)) == len(survey.people) == 3
    assert len({len(sealed) for sealed in ballots(survey).values()}) == 1
    assert progress_of(window=survey.pre, user=survey.people[1]).done == frozenset()


def test_every_ballot_of_a_cohort_changes_with_each_section(survey: Survey) -> None:
    first, second, _ = survey.people
    fill_box(window=survey.pre)
    before = ballots(survey)
    seal_section(window=survey.pre, user=first, section=1, answers={"A1": 4})
    between = ballots(survey)
    decline(window=survey.pre, user=second)
    after = ballots(survey)
    assert before.keys() == between.keys() == after.keys()
    assert all(len({before[tag], between[tag], after[tag]}) == 3 for tag in before)


def test_in_a_large_box_the_same_neighbours_change_with_each_of_somebodys_sections(
    survey: Survey, settings: Any
) -> None:
    """Against whoever compares several of a person's writes: the ballots common to all of them."""
    settings.BALLOT_COVER = 4
    officers = [UserFactory.create(agency=survey.agency) for _ in range(10)]
    seat(survey.cohort, officers)
    fill_box(window=survey.pre)
    changed = []
    for section in (1, 2, 1):
        before = ballots(survey)
        seal_section(window=survey.pre, user=officers[0], section=section, answers={})
        after = ballots(survey)
        changed.append({tag for tag in before if before[tag] != after[tag]})
    assert changed[0] == changed[1] == changed[2]
    assert 4 <= len(changed[0]) < len(survey.people) + 10


def test_somebody_elses_ballot_that_was_tampered_with_stands_in_nobodys_way(
    survey: Survey,
) -> None:
    first, second, _ = survey.people
    fill_box(window=survey.pre)
    tag = WebBox(survey.pre).tags(research_ids(second))[0]
    Ballot.objects.filter(tag=tag).update(sealed=b"x" * 100)
    seal_section(window=survey.pre, user=first, section=1, answers={"A1": 1})
    assert progress_of(window=survey.pre, user=first).done == {1}
    assert ballots(survey)[tag] == b"x" * 100


def test_the_next_section_is_the_first_that_is_not_sealed(survey: Survey) -> None:
    officer = survey.people[0]
    seal_section(window=survey.pre, user=officer, section=2, answers={})
    progress = progress_of(window=survey.pre, user=officer)
    assert (progress.done, progress.next_section, progress.is_complete) == ({2}, 1, False)


def test_somebody_goes_on_with_another_device(survey: Survey) -> None:
    """Nothing is kept in a session or a cookie: the person alone is enough."""
    officer = survey.people[0]
    seal_section(window=survey.pre, user=officer, section=1, answers={"A1": 4})
    again = User.objects.get(pk=officer.pk)
    assert progress_of(window=survey.pre, user=again).done == {1}
    seal_section(window=survey.pre, user=again, section=2, answers={"B1": 2})
    assert answers_after_opening(survey) == [{"A1": 4, "B1": 2}]


def test_a_section_sealed_again_replaces_what_was_there(survey: Survey) -> None:
    officer = survey.people[0]
    answer(survey.pre, officer, fully(1))
    seal_section(window=survey.pre, user=officer, section=1, answers={"A1": 5})
    assert answers_after_opening(survey) == [{"A1": 5, "B1": 1, "B2": 1, "B3": 1}]


def test_sealing_the_same_section_twice_leaves_one_ballot(survey: Survey) -> None:
    for _ in range(2):
        seal_section(window=survey.pre, user=survey.people[0], section=1, answers={"A1": 4})
    assert len(ballots(survey)) == len(survey.people)


def test_each_person_has_a_ballot_of_their_own_and_sees_only_its_progress(survey: Survey) -> None:
    first, second, _ = survey.people
    seal_section(window=survey.pre, user=first, section=1, answers={"A1": 4})
    seal_section(window=survey.pre, user=second, section=2, answers={"B1": 4})
    assert progress_of(window=survey.pre, user=first).done == {1}
    assert progress_of(window=survey.pre, user=second).done == {2}


def test_declining_after_answering_withdraws_the_answers(survey: Survey) -> None:
    answer(survey.pre, survey.people[0], fully(4))
    decline(window=survey.pre, user=survey.people[0])
    assert answers_after_opening(survey) == []


def test_answered_declined_and_unfinished_ballots_look_alike(survey: Survey) -> None:
    answered, declined, unfinished = survey.people
    answer(survey.pre, answered, fully(4) | {"M1": 600})
    decline(window=survey.pre, user=declined)
    seal_section(window=survey.pre, user=unfinished, section=1, answers={})
    assert len({len(sealed) for sealed in ballots(survey).values()}) == 1
    for person in (answered, declined):
        assert progress_of(window=survey.pre, user=person).is_complete


def test_answering_and_declining_ask_the_databases_the_same(survey: Survey) -> None:
    one, other, _ = survey.people
    fill_box(window=survey.pre)

    def asked(deed: Callable[..., None], **details: Any) -> list[list[str]]:
        window = SurveyWindow.objects.select_related("wave__study").get(pk=survey.pre.pk)
        with (
            CaptureQueriesContext(connections["default"]) as main,
            CaptureQueriesContext(connections["responses"]) as responses,
        ):
            deed(window=window, **details)
        return [
            [" ".join(words[:2]) for words in words_of(captured) if "SAVEPOINT" not in words]
            for captured in (main, responses)
        ]

    def words_of(captured: CaptureQueriesContext) -> list[list[str]]:
        return [query["sql"].split() for query in captured.captured_queries]

    sealing = asked(seal_section, user=one, section=1, answers={"A1": 3})
    declining = asked(decline, user=other)
    assert sealing == declining


def test_the_main_database_learns_nothing(survey: Survey) -> None:
    officer = survey.people[0]
    with CaptureQueriesContext(connections["default"]) as captured:
        answer(survey.pre, officer, fully(4))
        decline(window=survey.pre, user=officer)
    assert {query["sql"].split()[0] for query in captured.captured_queries} == {"SELECT"}


def test_no_answer_stands_in_a_query(survey: Survey) -> None:
    with CaptureQueriesContext(connections["responses"]) as captured:
        seal_section(window=survey.pre, user=survey.people[0], section=2, answers={"M1": 471})
    assert not [query for query in captured.captured_queries if "M1" in query["sql"]]


def test_nothing_is_sealed_into_a_box_that_was_opened(survey: Survey) -> None:
    open_window(window=survey.pre)
    with pytest.raises(BoxClosed):
        seal_section(window=survey.pre, user=survey.people[0], section=1, answers={"A1": 1})
    with pytest.raises(BoxClosed):
        decline(window=survey.pre, user=survey.people[0])
    assert ballots(survey) == {}


def test_without_the_box_key_nothing_is_sealed_and_no_new_key_is_made(survey: Survey) -> None:
    web_store().destroy_box_key(survey.study.uuid, survey.pre.uuid)
    create_windows(cohort=survey.cohort)
    with pytest.raises(KeyMissing):
        seal_section(window=survey.pre, user=survey.people[0], section=1, answers={"A1": 1})
    assert ballots(survey) == {}


def test_with_another_studys_link_key_nothing_is_sealed(survey: Survey) -> None:
    (web_store().root / str(survey.study.uuid) / "k_link").write_bytes(b"x" * 32)
    with pytest.raises(KeyMissing, match="does not belong"):
        seal_section(window=survey.pre, user=survey.people[0], section=1, answers={"A1": 1})
    assert ballots(survey) == {}


def test_a_ballot_that_was_tampered_with_is_not_overwritten_by_a_section(survey: Survey) -> None:
    officer = survey.people[0]
    seal_section(window=survey.pre, user=officer, section=1, answers={"A1": 1})
    Ballot.objects.update(sealed=b"x" * 100)
    with pytest.raises(Tampered):
        seal_section(window=survey.pre, user=officer, section=2, answers={"B1": 1})
    assert set(ballots(survey).values()) == {b"x" * 100}


def merge(survivor: User, duplicate: User) -> None:
    duplicate.research_ids.update(user=survivor, primary=False)


class TestMergedAccounts:
    """An administrator merges an officer's account into one of their own, and looks at the survey:
    they learn nothing, and can replace no answer."""

    def test_nothing_shows_of_what_was_done_under_the_account_that_was_taken_over(
        self, survey: Survey
    ) -> None:
        puppet, victim, _ = survey.people
        answer(survey.pre, victim, fully(4))
        use_link(window=survey.pre, user=victim)
        untouched = progress_of(window=survey.pre, user=puppet)
        merge(puppet, victim)
        assert progress_of(window=survey.pre, user=puppet) == untouched
        assert use_link(window=survey.pre, user=puppet)

    def test_who_had_no_ballot_under_the_account_that_stays_gets_one_like_everybody(
        self, survey: Survey
    ) -> None:
        """As the next covering fills the box, and not first with an answer."""
        fill_box(window=survey.pre)
        victim, puppet = survey.people[0], UserFactory.create(agency=survey.agency)
        merge(puppet, victim)
        victim.enrolments.update(user=puppet)
        fill_box(window=survey.pre)
        tags = set(WebBox(survey.pre).tags(research_ids(puppet)))
        assert len(tags) == 2
        assert tags < ballots(survey).keys()

    def test_sealing_destroys_nothing_under_the_other_account(self, survey: Survey) -> None:
        puppet, victim, _ = survey.people
        answer(survey.pre, victim, fully(4))
        merge(puppet, victim)
        answer(survey.pre, puppet, fully(1))
        assert answers_after_opening(survey) == [fully(4)]

    def test_half_a_ballot_under_each_account_is_no_whole_one(self, survey: Survey) -> None:
        officer, duplicate, _ = survey.people
        seal_section(window=survey.pre, user=duplicate, section=1, answers={"A1": 1})
        merge(officer, duplicate)
        seal_section(window=survey.pre, user=officer, section=2, answers={"B1": 2})
        assert answers_after_opening(survey) == []

    def test_what_was_answered_under_either_account_counts_if_nothing_was_under_the_other(
        self, survey: Survey
    ) -> None:
        officer, duplicate, third = survey.people
        answer(survey.pre, duplicate, fully(4))
        merge(officer, duplicate)
        seal_section(window=survey.pre, user=officer, section=1, answers={"A1": 1})
        answer(survey.pre, third, fully(2))
        assert sorted(one["A1"] for one in answers_after_opening(survey)) == [2, 4]


def test_declining_withdraws_what_lies_under_any_of_somebodys_research_ids(
    survey: Survey,
) -> None:
    officer, duplicate, _ = survey.people
    answer(survey.pre, officer, fully(4))
    answer(survey.pre, duplicate, fully(3))
    duplicate.research_ids.update(user=officer, primary=False)
    decline(window=survey.pre, user=officer)
    assert answers_after_opening(survey) == []


def test_every_slot_is_resealed_only_when_its_section_is_posted(survey: Survey) -> None:
    """The outer layer changes as a whole; inside, the other sections stay sealed as they were."""
    officer = survey.people[0]
    slots = []
    for section in ITEMS:
        seal_section(window=survey.pre, user=officer, section=section, answers={})
        (tag,) = WebBox(survey.pre).tags(research_ids(officer))
        slots.append(unwrap(ballots(survey)[tag], box_keys(survey.pre), tag).slots)
    assert slots[0][0] == slots[1][0]
    assert slots[0][1] != slots[1][1]


def test_windows_have_keys_of_their_own(survey: Survey) -> None:
    assert box_keys(survey.pre) != box_keys(survey.post)


def test_sections_sealed_at_once_are_one_finished_ballot(survey: Survey) -> None:
    answers = {1: {"A1": 4}, 2: {"B1": 2}}
    seal_sections(window=survey.pre, user=survey.people[0], answers=answers)
    assert progress_of(window=survey.pre, user=survey.people[0]).is_complete
    assert answers_after_opening(survey) == [{"A1": 4, "B1": 2}]


def test_of_sections_sealed_at_once_none_is_kept_if_one_is_too_long(survey: Survey) -> None:
    answers = {1: {"A1": 4}, 2: {"B1": "x" * SIZE}}
    with pytest.raises(TooLong):
        seal_sections(window=survey.pre, user=survey.people[0], answers=answers)
    assert ballots(survey) == {}


class TestLinks:
    def test_a_link_is_used_once(self, survey: Survey) -> None:
        officer = survey.people[0]
        assert not progress_of(window=survey.pre, user=officer).link_used
        assert [use_link(window=survey.pre, user=officer) for _ in range(3)] == [True, False, False]
        assert progress_of(window=survey.pre, user=officer) == Progress(frozenset(), 2, True)

    def test_using_it_touches_nobody_elses_and_no_answer(self, survey: Survey) -> None:
        officer, other, _ = survey.people
        answer(survey.pre, officer, fully(4))
        use_link(window=survey.pre, user=officer)
        assert not progress_of(window=survey.pre, user=other).link_used
        assert answers_after_opening(survey) == [fully(4)]

    def test_it_stays_used_when_the_ballot_is_filled_anew(self, survey: Survey) -> None:
        officer = survey.people[0]
        use_link(window=survey.pre, user=officer)
        decline(window=survey.pre, user=officer)
        assert progress_of(window=survey.pre, user=officer).link_used
        answer(survey.pre, officer, fully(4))
        assert not use_link(window=survey.pre, user=officer)

    def test_a_ballot_whose_link_was_used_looks_like_all_others(self, survey: Survey) -> None:
        used, answered, declined = survey.people
        use_link(window=survey.pre, user=used)
        answer(survey.pre, answered, fully(4))
        decline(window=survey.pre, user=declined)
        assert len({len(sealed) for sealed in ballots(survey).values()}) == 1

    def test_whoever_only_used_the_link_has_answered_nothing(self, survey: Survey) -> None:
        use_link(window=survey.pre, user=survey.people[0])
        assert answers_after_opening(survey) == []

    def test_no_link_is_used_once_the_box_was_opened(self, survey: Survey) -> None:
        open_window(window=survey.pre)
        with pytest.raises(BoxClosed):
            use_link(window=survey.pre, user=survey.people[0])
