from itertools import pairwise

import pytest

from assessments.bar_charts import THICK, Means, bar_chart, bar_charts
from tests.assessments.test_charts import INSTRUMENT

REPORT_SCALES = {
    "services": (2.0, 2.1),
    "crisis": (3.0, 3.5),
    "help": (4.0, 3.2),
    "time": (30.0, 60.0),
}


def _change(before, after, **more):
    told = {"from": "pre", "to": "post", "mean_from": before, "mean_to": after}
    told["mean_change"] = None if before is None else after - before
    return {"changes": [told | more]}


def _charts(scales, primary=""):
    report = {"scales": scales}
    return bar_charts(report, INSTRUMENT, wave_from="pre", wave_to="post", primary=primary)


@pytest.fixture
def charts():
    scales = {code: _change(*means) for code, means in REPORT_SCALES.items()}
    return _charts(scales, primary="crisis")


def test_a_bar_begins_at_the_lowest_score_and_ends_at_the_highest():
    chart = bar_chart([Means("Least", 1, 5)], 1, 5)
    (row,) = chart.wide.rows
    assert row.before.length == 0
    assert row.after.length == chart.wide.marks[-1].x - chart.wide.bar_from


def test_the_middle_of_the_range_is_half_a_bar():
    (row,) = bar_chart([Means("Half", 3, 5)], 1, 5).thin.rows
    assert row.before.length == row.after.length / 2


def test_a_figure_stands_behind_its_bar_with_two_decimals():
    drawing = bar_chart([Means("One", 2.345, 3)], 1, 5).wide
    bar = drawing.rows[0].before
    assert bar.text == "2.35"
    assert bar.text_x > drawing.bar_from + bar.length


def test_scales_of_one_range_share_a_chart_and_the_main_scales_comes_first(charts):
    assert [(one.lowest, one.highest) for one in charts] == [(1, 5), (0, 600)]
    assert [row.label for row in charts[1].wide.rows] == ["Time"]


def test_rows_stand_in_the_order_of_their_change_and_the_main_one_is_marked(charts):
    rows = charts[0].wide.rows
    assert [row.label for row in rows] == ["Crisis", "Services", "Help"]
    assert [row.primary for row in rows] == [True, False, False]


def test_nothing_overlaps_and_everything_is_inside(charts):
    for drawing in (charts[0].wide, charts[0].thin):
        tops = [bar.y for row in drawing.rows for bar in (row.before, row.after)]
        assert all(below - above >= THICK for above, below in pairwise(tops))
        assert tops[-1] + THICK < drawing.marks_y < drawing.height


def test_a_hidden_scale_has_no_bars_and_leaves_no_trace():
    scales = {"crisis": _change(3.0, 3.5), "help": _change(None, None, suppressed="n<10")}
    (chart,) = _charts(scales)
    assert [row.label for row in chart.wide.rows] == ["Crisis"]


def test_without_anything_to_show_there_is_no_chart():
    assert _charts({"help": _change(None, None)}) == ()


@pytest.mark.parametrize(
    ("lowest", "highest", "labels"),
    [
        (1, 5, ["1", "2", "3", "4", "5"]),
        (0, 600, ["0", "300", "600"]),
        (0.5, 2, ["0.5", "1.25", "2"]),
    ],
)
def test_the_axis_names_each_score_or_the_ends_and_the_middle(lowest, highest, labels):
    chart = bar_chart([Means("One", lowest, highest)], lowest, highest)
    assert [mark.label for mark in chart.wide.marks] == labels
