import pytest

from assessments.small_cells import SUBTRACTION
from lms.dashboards.results.reliability import reliability_table
from tests.reports import sample_reading, sample_report


def first_row(**figures):
    report = sample_report()
    report["scales"]["self_efficacy"]["reliability"]["pre"].update(figures)
    rows = reliability_table(sample_reading(report))["rows"]
    [row] = [
        r for r in rows if r[0]["text"].endswith("(main)") and r[1]["text"].startswith("Before")
    ]
    return [cell["text"] for cell in row[2:]]


def test_a_coefficient_as_usual_needs_no_note():
    assert first_row()[-1] == ""


@pytest.mark.parametrize(
    ("figures", "note"),
    [
        (
            {"n": None, "alpha_low": None, "alpha_high": None, "suppressed": SUBTRACTION},
            "n and interval not shown: a group that is too small would follow by subtraction",
        ),
        ({"k": 1, "alpha": None, "alpha_low": None, "alpha_high": None}, "one item has no alpha"),
        ({"alpha": None, "alpha_low": None, "alpha_high": None}, "it cannot be computed"),
    ],
)
def test_a_figure_that_is_not_there_has_a_reason(figures, note):
    assert first_row(**figures)[-1] == note
