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


def not_asked_yet(people):
    """Of 171 who began, so many are of cohorts to which the second survey has not come."""
    report = sample_report()
    row = report["attrition"][0]
    first = 171 - people
    row |= {"n_first": first, "n_lost": first - row["n_stayed"], "n_not_asked": people}
    return report


def test_nobody_who_was_not_asked_is_called_missing():
    points = told(not_asked_yet(45))
    assert "6% of those asked again did not answer." in points
    assert "8 of 126 who were asked did not answer “After the training”." in points
    assert not any("are missing" in title or "of 171" in title for title in points)


@pytest.mark.parametrize("seats", [None, 212])
def test_nothing_is_said_of_the_lost_where_those_not_asked_cannot_be_told_apart(seats):
    hidden, older = sample_report(), sample_report()
    for row, old in zip(hidden["attrition"], older["attrition"], strict=True):
        row |= dict.fromkeys(("n_first", "n_stayed", "n_lost", "n_not_asked"))
        del old["n_not_asked"]
    for report in (hidden, older):
        points = told(report, seats)
        assert "Not everybody answered." in points
        assert not any("did not answer" in title or "missing" in title for title in points)


def test_who_was_lost_is_counted_and_compared():
    title = "53 of 171 who were asked did not answer “After the training”."
    points = told()
    assert "Social distance" in points[title]
    report = sample_report()
    for row in report["attrition"]:
        row["scales"]["social_distance"]["p"] = 0.2
    assert "smaller ones may be there" in told(report)[title]


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
