import pytest

from lms.dashboards.results.groups import groups
from tests.reports import older_report, sample_reading, sample_report


def shown(report=None, **asked):
    return groups(sample_reading(report), asked)


def chosen(told):
    return {name: field.initial for name, field in told["form"].fields.items()} | told[
        "form"
    ].initial


def test_at_first_the_main_outcome_is_shown_by_cohort_with_the_pooled_estimate():
    told = shown()
    assert chosen(told) == {"scale": "self_efficacy", "by": "cohort", "within": ""}
    rows = told["pairs"][0]["plots"][0]["chart"].wide.rows
    assert [row.pooled for row in rows] == [False] * 5 + [True]
    assert "random-effects" in told["pairs"][0]["pooled"]


def test_groups_within_groups_share_one_axis():
    told = shown(by="rank_band", within="year")
    plots = told["pairs"][0]["plots"]
    assert [plot["title"] for plot in plots] == ["2025", "2026"]
    assert plots[0]["chart"].wide.ticks == plots[1]["chart"].wide.ticks
    assert "18 people" in told["pairs"][0]["rest"]


def test_the_same_groups_can_be_turned_round():
    plots = shown(by="year", within="rank_band")["pairs"][0]["plots"]
    assert [plot["title"] for plot in plots] == [
        "Officer, technician or other line staff",
        "Sergeant or other first-line supervisor",
    ]


@pytest.mark.parametrize(
    "asked",
    [
        {"by": "shoe_size"},
        {"scale": "nothing"},
        {"scale": "treatment_opinions"},
        {"within": "<script>"},
        {"by": "cohort", "within": "year"},
        {"by": "year", "within": "year"},
        {"by": "x" * 5000},
    ],
)
def test_what_the_report_does_not_hold_falls_back_and_says_so(asked):
    told = shown(**asked)
    assert told["notes"]
    assert told["pairs"]
    assert all(len(note) < 200 for note in told["notes"])


def test_only_what_the_report_holds_is_offered():
    form = shown()["form"]
    assert [code for code, _label in form.fields["scale"].choices] == ["self_efficacy"]
    assert [code for code, _label in form.fields["by"].choices] == ["cohort", "year", "rank_band"]
    assert [code for code, _label in form.fields["within"].choices] == ["", "year", "rank_band"]


def test_a_report_without_groups_has_no_such_part():
    assert shown(older_report()) is None


def test_a_report_with_crossed_groups_alone_is_shown():
    report = sample_report()
    report["breakdowns"] = report["breakdowns"][-1:]
    assert shown(report, by="year")["pairs"][0]["plots"]


def test_nobody_is_told_that_a_large_group_is_too_small():
    # What stands for a small group and the large one that hides it is not itself small.
    told = shown(by="rank_band", within="year")["pairs"][0]["rest"]
    assert "cannot be shown by themselves" in told
    assert "too small" not in told


def test_the_means_of_any_two_surveys_are_called_earlier_and_later():
    heads = [column["label"] for column in shown()["pairs"][0]["table"]["columns"]]
    assert heads[2:4] == ["Earlier", "Later"]


def test_two_cohorts_leave_one_degree_of_freedom():
    report = sample_report()
    for one in report["breakdowns"]:
        if one["pooled"]:
            one["pooled"]["df"] = 1
    assert "on 1 degree of freedom, p" in shown(report)["pairs"][0]["pooled"]
