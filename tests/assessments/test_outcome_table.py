import pytest

from assessments.outcome_table import TABLES
from tests.reports import FEW, hide, older_report, sample_report


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_the_columns_of_its_table(name):
    rows = TABLES[name].rows(sample_report())
    assert rows
    assert {tuple(row) for row in rows} == {TABLES[name].columns}


@pytest.mark.parametrize("name", sorted(set(TABLES) - {"changes"}))
def test_an_older_report_has_no_rows_of_what_it_does_not_hold(name):
    assert TABLES[name].rows(older_report()) == []


def test_an_older_report_has_empty_cells_for_what_was_not_computed():
    [row, *_others] = TABLES["changes"].rows(older_report())
    assert row["detectable_d_z"] is None
    assert row["equivalence_p"] is None
    assert row["cluster_icc"] is not None


def test_a_comparison_tells_the_cohorts_of_each_arm_and_an_older_one_leaves_them_empty():
    report = sample_report()
    [row, *_others] = TABLES["comparisons"].rows(report)
    assert (row["did_n_clusters_trained"], row["did_n_clusters_other"]) == (5, 7)
    for one in report["comparisons"]:
        del one["did"]["n_clusters_trained"], one["did"]["n_clusters_other"]
    [row, *_others] = TABLES["comparisons"].rows(report)
    assert (row["did_n_clusters"], row["did_n_clusters_trained"]) == (12, None)


def test_groups_keep_their_figures_and_what_they_stand_in():
    rows = TABLES["groups"].rows(sample_report())
    crossed = [row for row in rows if row["by_2"]]
    assert {(row["by"], row["by_2"]) for row in crossed} == {("year", "rank_band")}
    assert crossed[0]["group"] == "2025"
    assert crossed[0]["group_2"] == "line"
    cohorts = [row for row in rows if row["by"] == "cohort"]
    assert sum(row["n"] for row in cohorts) == 118


def test_a_hidden_distribution_says_why_in_one_row():
    report = sample_report()
    one = report["scales"]["self_efficacy"]["distributions"][0]
    one.update(bins=None, suppressed=FEW)
    rows = [
        row
        for row in TABLES["distributions"].rows(report)
        if (row["scale"], row["from"], row["to"]) == ("self_efficacy", "pre", "")
    ]
    assert [(row["n"], row["suppressed"]) for row in rows] == [(None, FEW)]


def test_no_figure_of_a_hidden_comparison_leaves():
    report = sample_report()
    hide(report["comparisons"][0])
    row = TABLES["comparisons"].rows(report)[0]
    words = {"study", "instrument", "version", "threshold", "scale", "from", "to", "arm"}
    told = {key: value for key, value in row.items() if key not in words}
    assert set(told.values()) == {None, FEW}
