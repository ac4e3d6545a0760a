import pytest

from assessments.charts import dot_charts, flow_bars, unshown
from assessments.instruments import parse_instrument

# The approved sketch of the outcomes page: change, interval, and where they stand when 700 wide.
SKETCH = {
    "services": (0.71, 0.55, 0.87, (467.7, 430.6, 504.8)),
    "crisis": (0.46, 0.31, 0.61, (409.7, 374.9, 444.5)),
    "clinician": (0.38, 0.21, 0.55, (391.2, 351.7, 430.6)),
    "help": (0.15, -0.02, 0.32, (337.8, 298.4, 377.2)),
    "stigma": (0.09, -0.07, 0.25, (323.9, 286.8, 361.0)),
}
INSTRUMENT = parse_instrument(
    {
        "code": "sample",
        "version": 1,
        "title": {"en": "Sample"},
        "licence": "x",
        "citation": "x",
        "response_scales": {
            "five": {"type": "likert", "min": 1, "max": 5},
            "minutes": {"type": "number", "min": 0, "max": 600},
        },
        "items": [
            {
                "code": f"I_{code}",
                "section": 1,
                "text": {"en": "?"},
                "scale": "minutes" if code == "time" else "five",
            }
            for code in ("time", *SKETCH)
        ],
        "scales": [
            {
                "code": code,
                "title": {"en": code.title()},
                "items": [f"I_{code}"],
                "score": "mean",
                "min_answered": 1,
                "better": "higher",
            }
            for code in ("time", *SKETCH)
        ],
    }
)


def change(mean, low, high, **more):
    return {
        "changes": [
            {
                "from": "pre",
                "to": "post",
                "comparable": True,
                "n": 118,
                "mean_change": mean,
                "ci_low": low,
                "ci_high": high,
                **more,
            }
        ]
    }


def charts(scales, primary="", **more):
    report = {"scales": scales}
    return dot_charts(report, INSTRUMENT, wave_from="pre", wave_to="post", primary=primary, **more)


def names(rows):
    """The scales' codes; their titles are the same words."""
    return [row.lines[0].lower() for row in rows]


def sketch():
    scales = {code: change(*values[:3]) for code, values in SKETCH.items()}
    return charts(scales, primary="crisis")[0]


def test_the_wide_chart_stands_where_the_sketch_has_it():
    wide = sketch().wide
    assert [tick.label for tick in wide.ticks] == ["−0.25", "0", "+0.25", "+0.5", "+0.75", "+1"]
    assert [tick.x for tick in wide.ticks] == [245, 303, 361, 419, 477, 535]
    for row, name in zip(wide.rows, names(wide.rows), strict=True):
        assert (row.x, row.x_low, row.x_high) == pytest.approx(SKETCH[name][3], abs=0.3)
    assert [row.y for row in wide.rows[:2]] == [29, 71]
    assert [row.label_y for row in wide.rows[:2]] == [34, 76]


def test_the_thin_chart_has_the_label_above_the_dot():
    thin = sketch().thin
    assert (thin.width, thin.height, thin.tick_y) == (280, 342, 334)
    assert [tick.x for tick in thin.ticks] == pytest.approx([24, 72.4, 120.8, 169.2, 217.6, 266])
    assert [(row.label_y, row.y) for row in thin.rows[:2]] == [(32, 48), (92, 108)]
    assert thin.rows[0].x == pytest.approx(209.9, abs=0.1)


def test_rows_stand_in_the_order_of_their_effect():
    assert names(sketch().wide.rows) == list(SKETCH)


def test_a_dot_is_hollow_where_the_interval_includes_zero():
    hollow = names(row for row in sketch().wide.rows if row.hollow)
    assert hollow == ["help", "stigma"]


def test_the_primary_scale_is_marked():
    assert names(row for row in sketch().wide.rows if row.primary) == ["crisis"]


def test_texts_are_signed_with_a_real_minus():
    row = sketch().wide.rows[3]
    assert (row.change_text, row.low_text, row.high_text) == ("+0.15", "−0.02", "+0.32")


def test_scales_of_different_ranges_stand_in_different_charts():
    scales = {"time": change(40.0, 10.0, 70.0), "help": change(0.2, 0.1, 0.3)}
    found = charts(scales, primary="help")
    assert [(c.lowest, c.highest) for c in found] == [(1, 5), (0, 600)]
    assert [len(c.wide.rows) for c in found] == [1, 1]


def test_what_is_hidden_has_no_row_and_is_named_apart():
    scales = {
        "help": change(None, None, None, suppressed="few"),
        "stigma": change(None, None, None, comparable=False),
        "crisis": change(0.2, 0.1, 0.3),
    }
    assert names(charts(scales)[0].wide.rows) == ["crisis"]
    apart = unshown({"scales": scales}, INSTRUMENT, wave_from="pre", wave_to="post")
    assert [(u.scale, u.comparable, u.reason) for u in apart] == [
        ("help", True, "few"),
        ("stigma", False, ""),
    ]


def test_of_the_scales_only_those_asked_for_are_drawn():
    scales = {code: change(*values[:3]) for code, values in SKETCH.items()}
    assert names(charts(scales, only=["help", "crisis"])[0].wide.rows) == ["crisis", "help"]


def test_nothing_to_show_gives_no_chart():
    assert charts({"help": change(None, None, None)}) == ()


def test_flow_bars_are_shares_of_those_enrolled():
    report = {
        "flow": [
            {"wave": "pre", "n": 171, "n_paired_with_first": 171},
            {"wave": "post", "n": None, "n_paired_with_first": 118, "suppressed": "few"},
        ]
    }
    pre, post = flow_bars(report, enrolled=212)
    assert (pre.percent, post.percent, post.paired_percent) == (80.7, None, 55.7)
    assert post.suppressed == "few"
    assert flow_bars(report)[0].percent == 100.0


def test_flow_bars_of_an_empty_study_have_no_share():
    bars = flow_bars({"flow": [{"wave": "pre", "n": 0, "n_paired_with_first": 0}]})
    assert bars[0].percent is None
