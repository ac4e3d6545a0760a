import pytest

from assessments import breakdowns
from assessments.response_table import response_table
from assessments.scores import scores_of
from assessments.statistics.effect import effect_sizes
from assessments.statistics.paired import paired_t
from tests.assessments.groups import INSTRUMENT, STUDY, YEARS, breakdown, cohort, first, shown

RANKS = ("line", "supervisor", "")


def scored(*responses):
    return scores_of(response_table(responses, STUDY, INSTRUMENT), STUDY, INSTRUMENT, YEARS)


def test_the_numbers_of_a_group_are_those_of_its_people_alone():
    made = first([*cohort("c1", 14), *cohort("c2", 25)])
    row = breakdown(made, "cohort")["groups"][1]
    frame = scored(*cohort("c2", 25)).scores["a"]
    earlier, later = frame["pre"].to_numpy(), frame["post"].to_numpy()
    test, sizes = paired_t(earlier, later), effect_sizes(earlier, later)
    assert row["labels"] == ["c2"]
    for key in ("mean_change", "sd_change", "ci_low", "ci_high"):
        assert row[key] == pytest.approx(getattr(test, key), rel=1e-9)
    for key in ("d_z", "g_z"):
        assert row[key] == pytest.approx(getattr(sizes, key), rel=1e-9)
    assert row["se"] == pytest.approx(test.sd_change / 5, rel=1e-9)
    assert (row["mean_from"], row["mean_to"]) == pytest.approx((earlier.mean(), later.mean()))


def test_groups_stand_in_declared_order_and_not_by_size_or_name():
    made = first([*cohort("c1", 60, ranks=("supervisor", "command", "line"))])
    assert list(shown(made, "rank_band")) == ["line", "supervisor", "command"]


def test_who_gave_no_label_is_in_the_rest():
    made = first(cohort("c1", 120, ranks=RANKS))
    found = shown(made, "rank_band")
    assert set(found) == {"line", "supervisor", "rest"}
    assert sum(found.values()) == 120


def test_the_year_is_that_of_the_cohort():
    made = first([*cohort("c1", 20), *cohort("c4", 30)])
    assert shown(made, "year") == {"2026": 20, "2027": 30}


def test_two_labels_at_once_only_for_the_primary_scale_and_from_the_first_wave():
    asked = list(breakdowns.asked(scored(*cohort("c1", 12))))
    assert [(scale, pair) for scale, pair, by in asked if len(by) == 2] == [
        ("a", ("pre", "post")),
        ("a", ("pre", "later")),
    ]
    assert [by for _, pair, by in asked if pair == ("pre", "post")] == [
        ("cohort",),
        ("year",),
        ("rank_band",),
        ("year", "rank_band"),
    ]


def test_the_neighbour_before_joins_the_rest_and_the_one_after_where_there_is_none():
    groups = breakdowns.grouping(
        scored(*cohort("c1", 5), *cohort("c2", 5), *cohort("c3", 5)), ("cohort",)
    )
    assert groups.merged([2]).nearest(groups.cells == 2) == 1
    assert groups.merged([0]).nearest(groups.cells == 0) == 1


def test_nobody_is_shown_as_a_group_of_none():
    made = first([*cohort("c1", 20), *cohort("c2", 20, ("pre",)), *cohort("c3", 20)])
    assert shown(made, "cohort") == {"c1": 20, "c3": 20}


def test_groupings_are_of_everybody_in_the_order_of_codes():
    people = scored(*cohort("c2", 3), *cohort("c1", 2))
    groups = breakdowns.grouping(people, ("cohort",))
    assert groups.labels == (("c1",), ("c2",))
    assert groups.cells.tolist() == [0, 0, 1, 1, 1]
