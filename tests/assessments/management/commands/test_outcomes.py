"""`outcomes` prints a study's results for a terminal."""

import pytest

from assessments.management.commands.outcomes import _table


@pytest.mark.parametrize(
    ("value", "printed"), [(-0.001, "0.00"), (0.004, "0.00"), (-0.25, "-0.25"), (0.25, "+0.25")]
)
def test_what_rounds_to_zero_is_printed_without_a_sign(value: float, printed: str) -> None:
    change = {"from": "pre", "to": "post", "n": 12}
    change |= {"mean_change": value, "ci_low": value, "ci_high": value, "g_z": value}
    report = {"study": "small", "threshold": 10, "scales": {"a": {"changes": [change]}}}
    [_head, line] = _table(report)
    assert f"change {printed} [{printed}, {printed}]  g_z {printed.strip('+')}" in line
