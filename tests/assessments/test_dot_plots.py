from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.dot_plots import Estimate, axis_ticks, dot_plot, signed

LONG = "Officer, technician or other line staff of a very long name that nobody would give a group"


def test_a_long_label_takes_two_lines_and_is_cut_after_them():
    plot = dot_plot([Estimate(LONG, 0.2, 0.1, 0.3), Estimate("Short", 0.1, -0.1, 0.3)])
    first, second = plot.wide.rows
    assert len(first.lines) == 2
    assert first.lines[1].endswith("…")
    assert second.lines == ("Short",)


@pytest.mark.parametrize("size", ["wide", "thin"])
def test_no_row_reaches_into_the_one_above_it(size):
    drawing = getattr(dot_plot([Estimate(LONG, 0.2, 0.1, 0.3)] * 3), size)
    for above, row in pairwise(drawing.rows):
        assert row.label_y - 14 > above.y
    assert drawing.rows[-1].y < drawing.tick_y < drawing.height


def test_plots_that_share_an_axis_have_the_same_ticks():
    one = dot_plot([Estimate("a", 0.1, 0.0, 0.2)], around=(-0.5, 0.9))
    other = dot_plot([Estimate("b", 0.6, 0.4, 0.8)], around=(-0.5, 0.9))
    assert one.wide.ticks == other.wide.ticks


def test_a_pooled_row_is_told_apart():
    plot = dot_plot([Estimate("a", 0.1, 0.0, 0.2), Estimate("All", 0.1, 0.0, 0.2, pooled=True)])
    assert [row.pooled for row in plot.wide.rows] == [False, True]


def test_what_rounds_to_nothing_has_no_sign():
    assert signed(-0.004) == "0.00"


@given(st.floats(-600, 600), st.floats(-600, 600))
def test_the_axis_holds_all_values_and_zero_in_few_round_steps(a, b):
    low, high = min(a, b), max(a, b)
    ticks = axis_ticks(low, high)
    assert ticks[0] <= low + 1e-6
    assert ticks[-1] >= high - 1e-6
    assert 0 in ticks
    assert 2 <= len(ticks) <= 6
    steps = {round(right - left, 6) for left, right in pairwise(ticks)}
    assert max(steps) - min(steps) < 1e-5
