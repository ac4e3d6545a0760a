from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assessments.histograms import Bin, Group, edges_of, histogram

SCORES = [Bin(1.0, 2.2, 12), Bin(2.2, 2.6, 23), Bin(2.6, 5.0, 34)]


def test_the_area_of_a_bar_is_how_many_people_it_stands_for():
    drawn = histogram([Group("Before", SCORES)], ends=(1, 5))
    areas = [bar.width * bar.height for bar in drawn.wide.bands[0].bars]
    people = [bin.n for bin in SCORES]
    shares = [area / n for area, n in zip(areas, people, strict=True)]
    # Bars stand two units apart, which narrow ones feel.
    assert max(shares) / min(shares) < 1.05


def test_distributions_share_one_unit_so_that_fewer_people_are_drawn_smaller():
    few = [Bin(bin.low, bin.high, bin.n // 2) for bin in SCORES]
    drawn = histogram([Group("Before", SCORES, hollow=True), Group("After", few)], ends=(1, 5))
    before, after = drawn.wide.bands
    assert (before.hollow, after.hollow) == (True, False)
    assert after.bars[1].height == pytest.approx(before.bars[1].height * 11 / 23, rel=0.01)


def test_bars_of_separate_scores_meet_halfway():
    assert edges_of([Bin(1, 1, 10), Bin(2, 3, 12)]) == [(0.5, 1.5), (1.5, 3.5)]


def test_one_bin_of_one_score_has_a_width():
    drawn = histogram([Group("Before", [Bin(3, 3, 40)])], ends=(1, 5))
    assert drawn.thin.bands[0].bars[0].width > 5


def test_changes_are_drawn_around_the_line_of_no_change():
    moved = histogram([Group("Moved", [Bin(0.2, 0.4, 12), Bin(0.4, 1.3, 30)])])
    zero = moved.wide.zero
    assert zero < moved.wide.bands[0].bars[0].x
    assert next(mark.label for mark in moved.wide.marks if mark.x > zero).startswith("+")


def test_the_outermost_changes_are_drawn_shortened_with_their_area_kept():
    bins = [Bin(-4, -0.5, 12), Bin(-0.5, 0, 27), Bin(0, 0.5, 31), Bin(0.5, 4, 46)]
    bars = histogram([Group("Moved", bins)]).wide.bands[0].bars
    assert bars[0].width == pytest.approx(bars[1].width, abs=1)
    assert bars[3].height == pytest.approx(bars[2].height * 46 / 31, rel=0.01)


def test_a_number_is_left_out_where_the_bar_is_too_narrow_for_it():
    bins = [Bin(1.0, 1.05, 100), Bin(1.05, 5.0, 100)]
    texts = [bar.text for bar in histogram([Group("x", bins)], ends=(1, 5)).thin.bands[0].bars]
    assert texts == ["", "100"]


def test_what_has_no_bins_is_not_drawn():
    assert histogram([Group("Hidden", [])], ends=(1, 5)) is None


@example([(1.0, 10), (1.0, 10), (1.0, 10), (1.0, 10), (0.01171875, 10)])
@given(st.lists(st.tuples(st.floats(0.01, 2), st.integers(10, 400)), min_size=1, max_size=12))
def test_every_bar_lies_within_the_drawing(steps):
    bins, low = [], 1.0
    for width, n in steps:
        bins.append(Bin(low, low + width, n))
        low += width
    drawn = histogram([Group("x", bins), Group("y", bins)], ends=(1, max(low, 5)))
    for size in (drawn.wide, drawn.thin):
        for band in size.bands:
            assert all(size.left <= bar.x <= size.right for bar in band.bars)
            assert all(band.label_y < bar.y <= band.base <= size.height for bar in band.bars)


MOVES = [
    Bin(-4, -0.6, 11),
    Bin(-0.6, -0.2, 14),
    Bin(-0.2, 0.3, 24),
    Bin(0.3, 0.6, 31),
    Bin(0.6, 4, 16),
]


def test_bars_that_reach_further_than_they_are_drawn_are_open():
    bars = histogram([Group("Moved", MOVES)]).wide.bands[0].bars
    assert [bar.open for bar in bars] == [True, False, False, False, True]
    scores = histogram([Group("Before", SCORES)], ends=(1, 5)).wide.bands[0].bars
    assert not any(bar.open for bar in scores)


@given(
    st.lists(st.floats(-3.9, 3.9), min_size=1, max_size=8, unique=True),
    st.lists(st.integers(10, 400), min_size=9, max_size=9),
)
def test_the_line_of_no_change_crosses_neither_a_number_nor_a_label(inner, counts):
    edges = [-4.0, *sorted(inner), 4.0]
    bins = [Bin(*pair, n) for pair, n in zip(pairwise(edges), counts, strict=False)]
    drawn = histogram([Group("One pair of surveys", bins), Group("Another", bins)])
    for size in (drawn.wide, drawn.thin):
        for band in size.bands:
            assert band.zero_top > band.label_y + 17 * (len(band.lines) - 1) + 4
            for bar in band.bars:
                beside = abs(size.zero - bar.text_x) > 4 * len(bar.text)
                assert not bar.text or beside or band.zero_top > bar.text_y


def test_a_number_stands_beside_the_line_where_there_is_room():
    size = histogram([Group("Moved", MOVES)]).wide
    [bar] = [bar for bar in size.bands[0].bars if bar.text == "24"]
    assert bar.x < size.zero < bar.text_x < bar.x + bar.width
