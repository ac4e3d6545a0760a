"""No count of a few people can be read off, or worked out from, a table of coverage."""

from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from lms.dashboards.held_back import Headcount, Place, told, with_totals

T = 5
KEY = b"a key of the tests"


def _table(*rows: str) -> dict[tuple[str, str], Headcount]:
    """Rows of "certified/people" cells, under the names r0, r1 and c0, c1."""
    return {
        (f"r{r}", f"c{c}"): Headcount(*map(int, cell.split("/")))
        for r, row in enumerate(rows)
        for c, cell in enumerate(row.split())
    }


def _hidden(table: dict[tuple[str, str], Headcount], key: bytes = KEY) -> set[Place]:
    return {place for place, count in told(table, T, key).items() if count is None}


@pytest.mark.parametrize(
    "table", [_table("9/20 8/16", "5/10 0/12"), _table("0/0 7/14", "6/12 0/9")]
)
def test_where_nobody_could_be_singled_out_everything_is_told(table):
    assert told(table, T, KEY) == with_totals(table)


@pytest.mark.parametrize("cell", ["3/20", "17/20", "2/3", "0/4", "4/4"])
def test_a_few_certified_people_a_few_others_and_a_few_in_all_are_hidden(cell):
    table = _table(f"{cell} 20/40 20/40", "20/40 20/40 20/40", "20/40 20/40 20/40")
    assert ("r0", "c0") in _hidden(table)


def test_one_hidden_cell_takes_three_more_with_it_so_that_no_total_gives_it_back():
    table = _table("3/20 20/40 20/40", "20/40 20/40 20/40", "20/40 20/40 20/40")
    hidden = _hidden(table)
    assert len(hidden) == 4
    assert len({row for row, _ in hidden}) == len({column for _, column in hidden}) == 2


def test_of_two_rows_and_a_small_total_the_other_total_is_hidden_too():
    table = _table("1/2 1/1", "20/40 20/40")
    hidden = _hidden(table)
    assert ("r0", None) in hidden
    assert {("r1", None), (None, None)} & hidden


def test_hidden_cells_that_add_up_to_few_are_not_left_alone_in_their_row():
    table = _table("1/20 1/20 30/60", "20/40 20/40 20/40", "20/40 20/40 20/40")
    assert ("r0", "c2") in _hidden(table)


def test_a_row_and_a_column_of_one_cell_take_no_part_in_hiding_others():
    table = _table("3/20 20/40 20/40", "2/20 6/7 20/40", "9/40 20/40 3/40")
    table["unknown", "unknown"] = Headcount(0, 11)
    shown = told(table, T, KEY)
    assert shown["unknown", "unknown"] == shown["unknown", None] == Headcount(0, 11)


def test_a_row_of_small_cells_leaves_every_total_told():
    table = _table("7/16 9/21 10/18", "15/22 11/16 9/19", "11/21 14/23 10/20", "4/6 3/7 4/5")
    hidden = _hidden(table)
    assert {("r3", "c0"), ("r3", "c1"), ("r3", "c2")} <= hidden
    assert not [place for place in hidden if None in place]


def test_who_does_not_hold_the_key_cannot_say_which_cell_was_hidden_for_another():
    table = _table("3/20 20/40 20/40", "20/40 20/40 20/40", "20/40 20/40 20/40")
    choices = {frozenset(_hidden(table, bytes([number]))) for number in range(16)}
    assert len(choices) > 1


_COUNTS = st.tuples(
    st.one_of(st.integers(0, 6), st.integers(0, 25)),
    st.one_of(st.integers(0, 6), st.integers(0, 25)),
).map(lambda pair: Headcount(pair[0], sum(pair)))


@st.composite
def _tables(draw):
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    return {(f"r{r}", f"c{c}"): draw(_COUNTS) for r in range(rows) for c in range(columns)}


@given(table=_tables())
def test_an_attacker_who_adds_and_subtracts_all_that_is_told_bounds_no_hidden_number(table):
    shown = told(table, T, KEY)
    for part in ("certified", "people"):
        for place, (least, most) in _bounds(table, shown, part).items():
            assert most == 0 or (most >= T and most - least >= T), (place, part, least, most)


@st.composite
def _tables_with_a_few_small_cells(draw):
    rows, columns = draw(st.integers(6, 9)), draw(st.integers(3, 5))
    places = [(f"r{r}", f"c{c}") for r in range(rows) for c in range(columns)]
    some = st.tuples(st.integers(T, 25), st.integers(T, 25))
    table = {place: Headcount(one, one + other) for place in places for one, other in [draw(some)]}
    for place in draw(st.lists(st.sampled_from(places), min_size=1, max_size=2, unique=True)):
        one, other = draw(st.permutations([draw(st.integers(1, T - 1)), draw(st.integers(0, 25))]))
        table[place] = Headcount(one, one + other)
    return table


@given(table=_tables_with_a_few_small_cells())
def test_a_few_small_cells_leave_most_cells_and_the_grand_total_told(table):
    hidden = _hidden(table)
    assert (None, None) not in hidden
    assert 2 * len(hidden) < len(table)


@given(table=_tables())
def test_nothing_small_is_told(table):
    shown = [count for count in told(table, T, KEY).values() if count is not None]
    numbers = chain.from_iterable(
        (one.certified, one.people - one.certified, one.people) for one in shown
    )
    assert not {1, 2, 3, 4} & set(numbers)


def _bounds(table, shown, part: str) -> dict[Place, tuple[int, int]]:
    """The attacker: the least and the most that each hidden number can be, where the cells of a row
    and of a column add up to their totals, and those to the total, and nothing is under nought.
    Numbers of certified people and of others are looked for at once."""
    places = list(with_totals(table))
    column = {place: number for number, place in enumerate(places)}
    size = len(places)
    # First the certified people of each place, then the others of each place.
    sums = np.zeros((0, size))
    for place in places:
        of_row, of_column = place
        if of_row is not None and of_column is not None:
            continue
        inner = [
            cell for cell in table if of_row in (None, cell[0]) and of_column in (None, cell[1])
        ]
        line = np.zeros(size)
        line[[column[cell] for cell in inner]] = 1
        line[column[place]] = -1
        sums = np.vstack([sums, line])
    nothing = np.zeros_like(sums)
    equations = np.block([[sums, nothing], [nothing, sums]])
    known = [shown[place] for place in places]
    ranges = [(one.certified, one.certified) if one else (0, None) for one in known]
    ranges += [(n, n) if one else (0, None) for one in known for n in [_others(one)]]
    found = {}
    for place in places:
        if shown[place] is None:
            wanted = np.zeros(2 * size)
            wanted[column[place]] = 1
            if part == "people":
                wanted[size + column[place]] = 1
            found[place] = tuple(
                _extreme(sign * wanted, sign, equations, ranges) for sign in (1, -1)
            )
    return found


def _others(count: Headcount | None) -> int:
    return count.people - count.certified if count else 0


def _extreme(wanted, sign: int, equations, ranges) -> float:
    answer = linprog(wanted, A_eq=equations, b_eq=np.zeros(len(equations)), bounds=ranges)
    if answer.status in (3, 4):
        return float("inf")
    return float(round(sign * answer.fun))
