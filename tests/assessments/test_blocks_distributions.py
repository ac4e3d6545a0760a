import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.blocks_all import make_blocks
from assessments.blocks_distributions import change_edges, distributions, merged, score_edges
from assessments.small_cells import FEW, SMALL_CELL, small
from tests import measured

T = 10


def test_statements_of_five_steps_have_a_bin_for_each():
    assert score_edges(1, 5, 5) == pytest.approx([1, 1.5, 2.5, 3.5, 4.5, 5])
    up = [0.5, 1.5, 2.5, 3.5, 4]
    assert change_edges(1, 5, 5) == pytest.approx([-edge for edge in reversed(up)] + up)


@pytest.mark.parametrize("items", [1, 2, 3, 5, 8, 24])
def test_scores_of_many_statements_are_cut_into_few_bins_of_equally_many_scores(items):
    """The lowest and the highest score have bins of their own."""
    levels = 4 * items + 1
    edges = score_edges(1, 5, levels)
    scores = np.linspace(1, 5, levels)
    counts = np.histogram(scores, edges)[0]
    assert len(counts) <= 12
    assert (counts[0], counts[-1]) == (1, 1)
    assert set(counts[1:-2]) <= {counts[1]}
    assert 0 < counts[-2] <= counts[1]


def test_no_change_has_a_bin_of_its_own_and_gains_mirror_losses():
    edges = change_edges(1, 5, 13)
    changes = np.linspace(-4, 4, 25)
    counts = np.histogram(changes, edges)[0]
    assert counts.tolist() == counts.tolist()[::-1]
    assert counts[len(counts) // 2] == 1
    assert edges == pytest.approx([-edge for edge in reversed(edges)])


def test_numbers_are_cut_at_round_numbers():
    assert score_edges(0, 600, 1001) == pytest.approx([0, 100, 200, 300, 400, 500, 600])
    assert score_edges(0, 20, 1001) == pytest.approx(np.arange(0, 21, 2))
    assert change_edges(0, 600, 1001)[:2] == [-600, -550]


tables = st.lists(st.tuples(st.integers(0, 25), st.integers(0, 25)), max_size=12)


@given(tables)
def test_no_bin_holds_few_nor_few_of_a_kind(rows):
    table = np.array(rows, dtype=int).reshape(len(rows), 2)
    bins = merged(table, T)
    for first, last in bins:
        counts = table[first:last].sum(axis=0)
        assert counts.sum() >= T
        assert not any(small(int(count), T) for count in counts)
    assert [first for first, _ in bins[1:]] == [last for _, last in bins[:-1]]
    assert not bins or (bins[0][0], bins[-1][1]) == (0, len(rows))


@given(tables)
def test_where_no_bins_can_be_all_together_would_show_few_of_a_kind(rows):
    table = np.array(rows, dtype=int).reshape(len(rows), 2)
    if not merged(table, T):
        counts = table.sum(axis=0)
        assert counts.sum() < T or any(small(int(count), T) for count in counts)


def blocks(rows, waves=("pre", "post"), **options):
    made = measured.scored(waves, a=rows, **options)
    found = make_blocks(made, measured.core(made), T)
    return {place[2:]: block for place, block in found if place[1] == "a"}


def repeated(**counts):
    """Pairs of scores such as p13 (pre 1, post 3), so many times each."""
    return [[int(pair[1]), int(pair[2])] for pair, n in counts.items() for _ in range(n)]


def bins(block):
    return [(row["low"], row["high"], row["n"]) for row in block.figures["bins"]]


def test_scores_of_a_wave_and_their_changes():
    found = blocks(repeated(p12=20, p23=20, p22=30, p43=15, p54=12))
    assert bins(found["distributions", "pre"]) == [
        (1, 1.25, 20),
        (1.25, 2.25, 50),
        (2.25, 4.25, 15),
        (4.25, 5, 12),
    ]
    assert bins(found["change_distributions", "pre", "post"]) == [
        (-4, -0.75, 27),
        (-0.75, 0.25, 30),
        (0.25, 4, 40),
    ]


def test_each_person_stands_in_the_bin_of_their_score():
    (cells,) = blocks(repeated(p12=20, p23=20, p22=30, p43=15, p54=12))[
        "distributions", "pre"
    ].cells
    assert (cells.scale, cells.waves) == ("a", ("pre",))
    assert cells.cells.tolist() == [0] * 20 + [1] * 50 + [2] * 15 + [3] * 12


def test_few_at_an_end_of_the_scale_are_put_to_their_neighbours():
    found = blocks(repeated(p12=4, p23=20, p33=30, p44=20))["distributions", "pre"]
    assert bins(found)[0] == (1, 2.25, 24)


def test_nobody_follows_from_a_bin_and_the_share_at_the_floor():
    """Twelve at the floor are shown in the row of the wave. With the four who score 2, they may
    only be told together with ten others."""
    made = measured.scored(a=repeated(p12=12, p22=4, p33=30, p43=30))
    core = measured.core(made)
    assert core["scales"]["a"]["waves"]["pre"]["floor_percent"] is not None
    found = dict(make_blocks(made, core, T))["scales", "a", "distributions", "pre"]
    assert bins(found) == [(1, 1.25, 12), (1.25, 3.25, 34), (3.25, 5, 30)]


def test_nobody_follows_from_a_bin_and_the_number_of_those_who_did_not_change():
    """Wilcoxon's zeros are shown. Two statements make half steps: 20 unchanged, 4 by a little."""
    halves = np.array(repeated(p11=20, p12=30, p22=10, p32=30), dtype=float)
    found = blocks(halves)["change_distributions", "pre", "post"]
    assert (-0.75, 0.25, 30) in bins(found)


def test_a_distribution_in_one_bin_is_hidden():
    found = blocks(repeated(p33=40, p34=5, p43=5))["distributions", "pre"]
    assert found.figures == {"wave": "pre", "bins": None, "suppressed": SMALL_CELL}
    assert found.cells == ()


def test_what_the_core_hides_is_not_told_here():
    found = blocks(repeated(p12=4, p23=4))
    assert found["distributions", "pre"].figures["suppressed"] == FEW
    assert found["change_distributions", "pre", "post"].figures["bins"] is None


def test_waves_that_may_not_be_compared_have_no_distribution_of_changes():
    other = measured.instrument(not_comparable=[{"scale": "a", "waves": ["pre", "post"]}])
    found = blocks(repeated(p12=40, p23=40), measured_by=other)
    assert ("change_distributions", "pre", "post") not in found
    assert ("distributions", "pre") in found


scores = st.lists(
    st.tuples(*[st.one_of(st.none(), st.integers(1, 5))] * 2), min_size=30, max_size=90
)


@settings(deadline=None, max_examples=40)
@given(scores)
def test_counts_add_up_to_the_row_and_none_is_few(rows):
    made = measured.scored(a=np.array(rows, dtype=float))
    values = made.scores["a"]["pre"].dropna()
    row = {"n": len(values), "floor_percent": None}
    core = {"waves": {"pre": row}, "changes": []}
    ((_, block),) = distributions(made, "a", core, {}, T)
    if block.figures["bins"]:
        counts = [one["n"] for one in block.figures["bins"]]
        assert sum(counts) == len(values)
        assert min(counts) >= T
        edges = [one["low"] for one in block.figures["bins"]] + [5]
        assert np.histogram(values, edges)[0].tolist() == counts
