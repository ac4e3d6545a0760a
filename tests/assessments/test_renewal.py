import uuid
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assessments.ballot_box.keys import OpenerKeys
from assessments.ballot_box.opening import codes_of
from assessments.ballot_box.requests import Request
from assessments.renewal import renew, without_withdrawn

KEYS = OpenerKeys.of(b"r" * 32, uuid.UUID(int=1))
WAVES = ("pre", "post", "later")
LINKS = [f"{n:064x}" for n in range(6)]
CODES = [codes_of([link], KEYS)[0] for link in LINKS]


def row(person: int, wave: str = "pre", arm: str = "", **more: Any) -> dict[str, Any]:
    base = {"code": CODES[person], "wave": wave, "arm": arm, "row": f"{person}{wave}{arm}"}
    return base | more


def merge(*people: int) -> Request:
    return Request("merge", tuple(LINKS[person] for person in people))


def withdraw(*people: int) -> Request:
    return Request("withdraw", tuple(LINKS[person] for person in people))


def test_all_rows_of_somebody_who_withdraws_go_under_any_of_their_codes() -> None:
    rows = [row(0), row(1, "post"), row(2)]
    assert without_withdrawn(rows, [withdraw(0, 1)], KEYS) == [row(2)]


def test_a_withdrawal_of_somebody_who_has_no_row_changes_nothing() -> None:
    assert without_withdrawn([row(0)], [withdraw(3)], KEYS) == [row(0)]


def test_merged_rows_get_the_code_of_the_earliest_wave() -> None:
    after = renew([row(0, "post"), row(1, "pre")], [merge(0, 1)], KEYS, WAVES)
    assert {(one["code"], one["wave"]) for one in after.rows} == {
        (CODES[1], "post"),
        (CODES[1], "pre"),
    }


def test_a_row_under_another_code_than_before_is_a_new_row() -> None:
    """The change guard then counts it among what went and what came."""
    after = renew([row(0, "post"), row(1, "pre")], [merge(0, 1)], KEYS, WAVES)
    ids = {one["wave"]: one.get("row") for one in after.rows}
    assert ids == {"pre": "1pre", "post": None}


def test_of_two_rows_of_one_wave_the_one_stored_first_stays_and_the_other_is_counted() -> None:
    stored, arrived = row(1, "pre", kept=True), row(0, "pre")
    after = renew([stored, arrived], [merge(0, 1)], KEYS, WAVES)
    assert [one.get("kept") for one in after.rows] == [True]
    assert after.doubled == 1


def test_who_waited_for_the_training_may_answer_the_same_wave_again_once_trained() -> None:
    rows = [row(0, "pre", "waiting"), row(0, "pre", "training")]
    assert renew(rows, [], KEYS, WAVES).rows == rows


def test_a_merge_of_accounts_of_which_one_answered_changes_nothing() -> None:
    assert renew([row(1)], [merge(0, 1)], KEYS, WAVES).rows == [row(1)]


people = st.integers(0, 5)
some_rows = st.lists(st.builds(row, people, st.sampled_from(WAVES)), max_size=12)


@given(rows=some_rows, groups=st.permutations(range(6)))
def test_renewing_again_changes_nothing(rows: list[dict[str, Any]], groups: list[int]) -> None:
    asked = [merge(*groups[:3]), merge(*groups[3:5]), withdraw(groups[5])]
    once = renew(without_withdrawn(rows, asked, KEYS), asked, KEYS, WAVES).rows
    again = renew(without_withdrawn(once, asked, KEYS), asked, KEYS, WAVES)
    assert (again.rows, again.doubled) == (once, 0)
    assert len({(one["code"], one["wave"]) for one in once}) == len(once)
    assert CODES[groups[5]] not in {one["code"] for one in once}
