import pytest

from lms.dashboards.results.caveats import caveats
from tests.reports import hide, sample_reading, sample_report


def told(report=None, seats=212, **protocol):
    return {one["title"]: one["text"] for one in caveats(sample_reading(report, seats, **protocol))}


def test_without_a_comparison_that_is_shown_there_is_said_to_be_none():
    report = sample_report()
    assert "No comparison group." not in told(report)
    for one in report["comparisons"]:
        hide(one)
    # Without a comparison nothing says that any of it is the training's.
    assert "part or all of this" in told(report)["No comparison group."]


def test_how_many_are_missing_is_a_number_where_it_may_be_told():
    assert "44% are missing." in told()
    assert "Not everybody answered." in told(seats=None)


def test_who_was_lost_is_counted_and_compared():
    points = told()
    assert "Social distance" in points["53 of 171 did not answer “After the training”."]
    report = sample_report()
    for row in report["attrition"]:
        row["scales"]["social_distance"]["p"] = 0.2
    points = told(report)
    assert "did not differ" in points["53 of 171 did not answer “After the training”."]


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("Ceiling.", "De-escalation intentions"),
        ("Regression to the mean.", "De-escalation intentions"),
        ("Few cohorts.", "4 degrees of freedom"),
        ("Reliability.", "above .95"),
        ("What so many people can show.", "0.26"),
    ],
)
def test_what_the_data_show_is_said(title, word):
    assert word in told()[title]


def test_and_not_said_where_they_do_not():
    report = sample_report()
    for scale in report["scales"].values():
        for row in scale["waves"].values():
            row["ceiling_percent"] = 15.0
        for row in scale["reliability"].values():
            row["alpha"] = 0.8
        for change in scale["changes"]:
            change["mean_from"], change["cluster"]["n_cohorts"] = 3.0, 14
            del change["detectable_d_z"]
    titles = ("Ceiling.", "Floor.", "Regression to the mean.", "Few cohorts.", "Reliability.")
    assert not set(titles) & set(told(report))
    assert "What so many people can show." not in told(report)
