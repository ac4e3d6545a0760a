import copy
from typing import Any

import pytest

from assessments.part_checks import parts_may_be_shown
from tests.assessments.groups import T, cohort, first

REPORT = first([r for name in ("c1", "c2", "c3") for r in cohort(name, 20)]).report


def changed(**group: Any) -> dict[str, Any]:
    report = copy.deepcopy(REPORT)
    one = next(one for one in report["breakdowns"] if one["by"] == ["cohort"] and one["groups"])
    one["groups"][0] |= group
    return report


def test_a_report_of_ours_may_be_shown() -> None:
    assert parts_may_be_shown(REPORT, [], T)
    assert parts_may_be_shown(REPORT, [REPORT], T)


def test_a_report_without_parts_may_be_shown() -> None:
    older = {key: value for key, value in REPORT.items() if key not in ("breakdowns", "attrition")}
    assert parts_may_be_shown(older, [REPORT], T)
    assert parts_may_be_shown(REPORT, [older], T)


@pytest.mark.parametrize("n", [1, 9, 19, 21])
def test_groups_below_the_threshold_or_that_do_not_add_up_may_not(n: int) -> None:
    assert not parts_may_be_shown(changed(n=n), [], T)


def test_a_group_that_grew_by_few_may_not_follow() -> None:
    before = first([*cohort("c1", 17), *cohort("c2", 20), *cohort("c3", 20)]).report
    assert parts_may_be_shown(REPORT, [], T)
    assert not parts_may_be_shown(REPORT, [before], T)


@pytest.mark.parametrize("count", ["n_lost", "n_not_asked"])
def test_a_small_count_in_any_part_may_not(count: str) -> None:
    report = copy.deepcopy(REPORT)
    report["attrition"][0][count] = 3
    assert not parts_may_be_shown(report, [], T)
