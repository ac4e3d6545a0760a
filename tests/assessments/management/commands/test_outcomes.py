"""`outcomes` prints a study's results for a terminal."""

import pytest

from assessments.management.commands.outcomes import _table
from tests.reports import sample_report


@pytest.mark.parametrize(
    ("value", "printed"), [(-0.001, "0.00"), (0.004, "0.00"), (-0.25, "-0.25"), (0.25, "+0.25")]
)
def test_what_rounds_to_zero_is_printed_without_a_sign(value: float, printed: str) -> None:
    change = {"from": "pre", "to": "post", "n": 12}
    change |= {"mean_change": value, "ci_low": value, "ci_high": value, "g_z": value}
    report = {"study": "small", "threshold": 10, "scales": {"a": {"changes": [change]}}}
    [_head, line] = _table(report, "b")
    ends = f"[{printed}, {printed}] people as independent"
    assert f"change {printed} {ends}  g_z {printed.strip('+')}" in line
    assert line.startswith("a: pre to post")


def test_the_main_scale_is_marked_and_the_wider_interval_printed():
    [_head, *lines] = _table(sample_report(), "self_efficacy")
    line = next(line for line in lines if line.startswith("self_efficacy (main): pre to post"))
    assert "change +0.31 [+0.11, +0.51] allowing for cohorts" in line
    assert sum("(main)" in line for line in lines) == 3


def test_a_change_without_spread_has_no_interval():
    report = sample_report()
    change = report["scales"]["self_efficacy"]["changes"][0]
    change |= dict.fromkeys(("ci_low", "ci_high", "p", "g_z"))
    [line, *_others] = [line for line in _table(report, "") if line.startswith("self_efficacy")]
    assert "[-, -]" in line
    assert line.endswith("g_z -")
