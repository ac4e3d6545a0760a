import json
import math
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.public_outcomes import (
    INDEPENDENT,
    SEVERAL_SCALES,
    YEARS_DIFFER,
    PublicDocument,
    about,
    decimals_for,
    public_document,
    trained_rows,
)
from tests.public_reports import INSTRUMENT, SECRETS, STUDY, breakdown, change, report


def document(trained=None, **parts):
    return public_document(report(**parts), STUDY, INSTRUMENT, trained or {}, source=2)


@pytest.mark.parametrize(
    ("n", "shown"), [(10, 10), (14, 10), (15, 20), (84, 80), (85, 90), (118, 120)]
)
def test_people_are_counted_in_tens(n, shown):
    assert about(n, 10) == shown


@given(n=st.integers(5, 100_000), least=st.integers(5, 50))
def test_a_count_is_never_below_the_threshold_and_never_far_off(n, least):
    shown = about(max(n, least), least)
    assert shown >= least
    assert abs(shown - max(n, least)) <= max(5, least % 10)


@pytest.mark.parametrize("step", [1, 1 / 3, 1 / 4, 1 / 6])
@pytest.mark.parametrize("n", [11, 16, 24, 58, 84, 140])
def test_rounded_means_fit_to_every_number_of_people_that_is_rounded_alike(step, n):
    """From means before and after and their difference nobody tells which n of the ten it is."""
    people = about(n, 10)
    decimals = decimals_for(step, people, 10)
    alike = [other for other in range(max(10, n - 10), n + 10) if about(other, 10) == people]
    draw = Random(n)
    for _ in range(50):
        first, second = (draw.randint(n, 5 * n) for _ in range(2))
        told = [round(one * step / n, decimals) for one in (first, second - first)]
        assert all(fits(told, other, step, decimals) for other in alike)


def fits(told, n, step, decimals):
    reach = 0.5 * 10**-decimals + 1e-9

    def sums(mean):
        low, high = (mean - reach) * n / step, (mean + reach) * n / step
        return range(math.ceil(low), math.floor(high) + 1)

    return all(sums(mean) for mean in told)


def test_a_mean_of_many_is_told_with_two_decimals_and_one_of_few_with_fewer():
    assert decimals_for(1 / 6, 80, 10) == 2
    assert decimals_for(1 / 6, 20, 10) == 1
    assert decimals_for(1, 10, 10) == 1
    assert decimals_for(2, 10, 10) == 0


def test_the_total_has_a_row_for_the_primary_scale_first_then_for_the_family():
    assert [row["scale"] for row in document().rows["total"]] == ["scale_a", "scale_b"]


def test_figures_have_two_decimals_and_no_negative_zero():
    first, second = document().rows["total"]
    assert first == {
        "scale": "scale_a",
        "from": "pre",
        "to": "post",
        "people_about": 120,
        "decimals": 2,
        "mean_from": 3.0,
        "mean_to": 3.22,
        "mean_change": 0.22,
        "ci_low": 0.02,
        "ci_high": 0.42,
        "ci_kind": "people",
    }
    assert str(second["mean_change"]) == "0.0"


def clustered(low, high):
    """A study of two scales of which the first has figures of cohorts."""
    cluster = {"n_cohorts": 7, "icc": 0.05, "se_robust": 0.1, "p": 0.08, "ci_low": low}
    with_cohorts = change() | {"cluster": cluster | {"ci_high": high}}
    return {"scale_a": {"changes": [with_cohorts]}, "scale_b": {"changes": [change()]}}


def test_where_classes_are_alike_the_public_gets_the_interval_that_allows_for_it():
    """Ignoring them, this change would not include zero, and would be said to be there."""
    first, second = document(scales=clustered(-0.0351, 0.4849)).rows["total"]
    assert (first["ci_low"], first["ci_high"], first["ci_kind"]) == (-0.04, 0.48, "cohorts")
    assert second["ci_kind"] == "people"


def test_classes_that_happen_to_be_alike_make_no_interval_narrower():
    first, _ = document(scales=clustered(0.2, 0.25)).rows["total"]
    assert (first["ci_low"], first["ci_high"], first["ci_kind"]) == (0.02, 0.42, "people")


def test_that_an_interval_takes_people_as_independent_is_said():
    assert INDEPENDENT in document().notes["caveats"]
    both = clustered(-0.1, 0.6)["scale_a"]
    scales = {"scale_a": both, "scale_b": both}
    assert INDEPENDENT not in document(scales=scales, breakdowns=[]).notes["caveats"]


def test_nothing_else_of_the_report_gets_out():
    text = json.dumps([document().rows, document().notes])
    assert all(secret in json.dumps(report()) for secret in SECRETS if secret != "wilcoxon")
    assert not any(secret in text for secret in SECRETS)


def test_no_exact_count_gets_out():
    counts = {143, 126, 118, 117, 34, 47}
    rows = [row for table in document().rows.values() for row in table]
    assert not counts & {value for row in rows for value in row.values()}


def test_a_year_is_shown_only_where_the_report_shows_it():
    years = [row["year"] for row in document().rows["years"] if row["scale"] == "scale_a"]
    assert years == ["2024", "2025"]


def test_a_hidden_change_has_no_row():
    scales = {"scale_a": {"changes": [change(None, None)]}, "scale_b": {"changes": [change()]}}
    assert [row["scale"] for row in document(scales=scales).rows["total"]] == ["scale_b"]


def test_a_change_of_which_a_part_is_hidden_has_no_row():
    part = change() | {"ci_low": None, "ci_high": None, "suppressed": "all answer alike"}
    scales = {"scale_a": {"changes": [part]}, "scale_b": {"changes": [change()]}}
    assert [row["scale"] for row in document(scales=scales).rows["total"]] == ["scale_b"]


def test_changes_between_later_waves_are_left_out():
    later = change(**{"from": "post", "to": "later"})
    scales = report()["scales"]
    scales["scale_a"]["changes"].append(later)
    assert {row["from"] for row in document(scales=scales).rows["total"]} == {"pre"}


def test_an_older_report_without_breakdowns_has_no_years():
    old = report()
    del old["breakdowns"]
    found = public_document(old, STUDY, INSTRUMENT, {}, source=2)
    assert found.rows["years"] == []
    assert YEARS_DIFFER not in found.notes["caveats"]


def test_of_one_scale_and_pair_of_waves_everybody_is_in_one_row_of_a_table():
    rows = document().rows
    for table, key in (("total", ()), ("years", ("year",))):
        keys = [tuple(row[k] for k in ("scale", "from", "to", *key)) for row in rows[table]]
        assert len(keys) == len(set(keys))
    assert not any("year" in row for row in rows["total"])
    assert all(row["year"] for row in rows["years"])


def test_a_group_without_a_year_is_not_mixed_with_the_years():
    parts = [breakdown("scale_a", {"": (30, 0.2), "2025": (47, 0.3)})]
    assert [row["year"] for row in document(breakdowns=parts).rows["years"]] == ["2025"]


def test_who_answered_is_rounded_too_and_few_are_not_counted():
    flow = [
        {"wave": "pre", "n": 143, "n_paired_with_first": 143},
        {"wave": "post", "n": None, "n_paired_with_first": None, "suppressed": "few"},
    ]
    assert document(flow=flow).rows["answered"] == [
        {"wave": "pre", "people_about": 140, "also_first_about": 140},
        {"wave": "post", "people_about": None, "also_first_about": None},
    ]


def test_it_is_told_whether_all_were_asked_and_not_how_many_were_not():
    lost = [
        {"wave": "post", "n_first": 120, "n_stayed": 118, "n_lost": 2, "n_not_asked": 23},
        {"wave": "later", "n_first": 143, "n_not_asked": 0},
        {"wave": "hidden", "n_first": None, "n_not_asked": None},
        {"wave": "older", "n_first": 143},
    ]
    found = document(attrition=lost)
    assert found.notes["all_asked"] == {"post": False, "later": True}
    assert "23" not in json.dumps([found.rows["answered"], found.notes["all_asked"]])
    assert document().notes["all_asked"] == {}


def test_people_trained_are_rounded_and_fewer_than_ten_are_not_counted():
    assert trained_rows({2026: 9, 2025: 56, 2024: 0}) == [
        {"year": "2025", "people_about": 60},
        {"year": "2026", "people_about": None},
    ]


def test_notes_hold_all_that_is_needed_to_read_the_rows():
    notes = document().notes
    assert notes["titles"] == {"en": "A small study"}
    assert [(one["code"], one["role"]) for one in notes["scales"]] == [
        ("scale_a", "main"),
        ("scale_b", "family"),
    ]
    assert (notes["scales"][0]["lowest"], notes["scales"][0]["highest"]) == (1, 5)
    assert {SEVERAL_SCALES, YEARS_DIFFER} <= set(notes["caveats"])


def test_the_number_of_the_evaluators_vintage_is_noted():
    assert document().notes["source"] == 2


@pytest.mark.parametrize(
    ("protocol", "kind"),
    [
        ({}, "confidential"),
        ({"linking": "anonymous"}, "anonymous"),
        ({"courses": ()}, "imported"),
        ({"courses": (), "linking": "anonymous"}, "imported"),
    ],
)
def test_the_kind_of_study_is_frozen_with_the_figures(protocol, kind):
    study = replace(STUDY, **protocol)
    assert public_document(report(), study, INSTRUMENT, {}, source=1).notes["kind"] == kind


def test_the_digest_is_that_of_the_contents_in_any_order_of_keys():
    one = document()
    stored = PublicDocument(one.rows, dict(reversed(one.notes.items())))
    assert one.digest == stored.digest
    assert one.digest != document(trained={2025: 40}).digest
