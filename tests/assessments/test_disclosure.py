"""Attackers: readers who add, subtract and solve what a report shows."""

import math
from collections import defaultdict
from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments import small_cells
from assessments.disclosure import ALIKE, FEW, REASONS, SMALL_CELL, SUBTRACTION, suppress
from assessments.instruments import parse_instrument
from assessments.outcomes import Response, _assemble
from assessments.response_table import response_table
from assessments.statistics.clusters import robust_se
from assessments.studies import parse_study

T = 5
WAVES = ("pre", "post", "later")
INSTRUMENT = parse_instrument(
    {
        "code": "sample",
        "version": 1,
        "title": {"en": "Sample"},
        "licence": "x",
        "citation": "x",
        "response_scales": {"points": {"type": "number", "min": 0, "max": 1000}},
        "items": [
            {"code": "I1", "section": 1, "text": {"en": "?"}, "scale": "points"},
            {"code": "I2", "section": 1, "text": {"en": "?"}, "scale": "points"},
        ],
        "scales": [
            {
                "code": "s",
                "title": {"en": "S"},
                "items": ["I1"],
                "score": "mean",
                "min_answered": 1,
                "better": "higher",
            }
        ],
    }
)
STUDY = parse_study(
    {
        "code": "demo",
        "title": "Demo",
        "instrument": "sample",
        "instrument_version": 1,
        "waves": [{"code": wave} for wave in WAVES],
        "primary": "s",
        "threshold": T,
        "information_sheet": {"version": 1, "text": "x"},
    },
    INSTRUMENT,
)


def responses(patterns):
    """One officer a pattern; a pattern says for each wave: scored, blank on the scale, or absent.

    Scores are all different, so that no two sums agree by chance.
    """
    rows = []
    for officer, pattern in enumerate(patterns):
        for position, (wave, state) in enumerate(zip(WAVES, pattern, strict=True)):
            score = Random(1000 * officer + position).uniform(1, 999)
            given_answers = {"I1": score, "I2": 1.0} if state == "scored" else {"I2": 1.0}
            if state != "absent":
                rows.append(Response(f"c{officer:03}", wave, 1, given_answers, f"k{officer % 5}"))
    return rows


def assembled(patterns):
    return _assemble(response_table(responses(patterns), STUDY, INSTRUMENT), STUDY, INSTRUMENT)


def scored_by(patterns, *waves):
    positions = [WAVES.index(wave) for wave in waves]
    return frozenset(
        officer for officer, p in enumerate(patterns) if all(p[i] == "scored" for i in positions)
    )


def published_means(report, patterns):
    """By wave: who each published mean is over, its n and its sum. (The attacker is given the
    members, more than any reader has, to judge what the sums would tell.)"""
    found = defaultdict(list)
    scale = report["scales"]["s"]
    for wave, row in scale["waves"].items():
        if row["mean"] is not None:
            found[wave].append((scored_by(patterns, wave), row["n"], row["mean"]))
    for change in scale["changes"]:
        members = scored_by(patterns, change["from"], change["to"])
        for wave, key in ((change["from"], "mean_from"), (change["to"], "mean_to")):
            if change[key] is not None:
                found[wave].append((members, change["n"], change[key]))
    return found


def differenced(report, patterns):
    """Groups of 1..T-1 whose mean follows by subtracting one published sum from another."""
    found = {}
    for wave, means in published_means(report, patterns).items():
        for (a, n_a, mean_a), (b, n_b, mean_b) in combinations(means, 2):
            for big, small, total in ((a, b, n_a * mean_a - n_b * mean_b), (b, a, 0)):
                group = big - small
                if small < big and len(group) < T:
                    total = total if big is a else n_b * mean_b - n_a * mean_a
                    found[wave, group] = total / len(group)
    return found


states = st.sampled_from(["scored", "scored", "scored", "scored", "absent", "blank"])
patterns_of = st.lists(st.tuples(states, states, states), min_size=8, max_size=40)
ATTRITION = (
    [("scored",) * 3] * 20
    + [("scored", "scored", "absent")] * 12
    + [("scored", "absent", "absent")] * 3
)


def test_without_suppression_the_attacker_learns_the_mean_of_three():
    raw = assembled(ATTRITION)
    found = differenced(raw, ATTRITION)
    group = frozenset({32, 33, 34})
    truth = [r.answers["I1"] for r in responses(ATTRITION) if r.code in {"c032", "c033", "c034"}]
    assert found["pre", group] == pytest.approx(sum(truth) / 3, rel=1e-9)


def test_where_nothing_follows_everything_is_shown():
    patterns = [("scored",) * 3] * 20 + [("scored", "scored", "absent")] * 10
    report = suppress(assembled(patterns), T)
    means = published_means(report, patterns)
    assert {wave: len(found) for wave, found in means.items()} == {"pre": 3, "post": 3, "later": 3}


def test_with_suppression_the_attacker_learns_no_mean_of_few():
    report = suppress(assembled(ATTRITION), T)
    assert differenced(report, ATTRITION) == {}
    assert report["scales"]["s"]["waves"]["pre"]["suppressed"] == SUBTRACTION
    assert report["scales"]["s"]["changes"][0]["n"] == 32


@settings(max_examples=60, deadline=None)
@given(patterns=patterns_of)
def test_no_mean_of_few_follows_from_any_pattern_of_answering(patterns):
    report = suppress(assembled(patterns), T)
    assert differenced(report, patterns) == {}


@settings(max_examples=60, deadline=None)
@given(patterns=patterns_of)
def test_no_small_count_is_shown_nor_follows_from_who_answered_which_waves(patterns):
    report = suppress(assembled(patterns), T)
    flow = {row["wave"]: row for row in report["flow"]}
    counts = [row[key] for row in flow.values() for key in ("n", "n_paired_with_first")]
    scale = report["scales"]["s"]
    counts += [row["n"] for rows in (scale["waves"], scale["reliability"]) for row in rows.values()]
    counts += [change["n"] for change in scale["changes"]]
    for row in flow.values():
        paired = row["n_paired_with_first"]
        for whole in (row["n"], flow["pre"]["n"]):
            if whole is not None and paired is not None:
                counts.append(whole - paired)
    for change in scale["changes"]:
        for wave in (change["from"], change["to"]):
            whole = scale["waves"][wave]["n"]
            if whole is not None and change["n"] is not None:
                counts.append(whole - change["n"])
    assert not [n for n in counts if n is not None and 0 < n < T]


@settings(max_examples=40, deadline=None)
@given(patterns=patterns_of)
def test_every_hidden_number_has_a_reason_beside_it(patterns):
    raw = assembled(patterns)
    report = suppress(raw, T)

    def walk(before, after):
        for key, value in after.items():
            if isinstance(value, dict):
                walk(before[key], value)
            elif isinstance(value, list):
                for old, new in zip(before[key], value, strict=True):
                    walk(old, new)
            elif value is None and before[key] is not None:
                assert after["suppressed"] in REASONS

    walk(raw, report)


def test_a_row_whose_n_is_hidden_shows_no_number_from_which_n_follows():
    report = suppress(assembled([("scored", "scored", "absent")] * (T - 1)), T)
    change = report["scales"]["s"]["changes"][0]
    shown = {k for k, v in change.items() if isinstance(v, int | float)}
    assert shown == {"comparable"}
    assert change["suppressed"] == change["wilcoxon"]["suppressed"] == FEW


def test_a_group_of_exactly_the_threshold_is_shown():
    report = suppress(assembled([("scored", "scored", "absent")] * T), T)
    assert report["scales"]["s"]["changes"][0]["n"] == T
    assert (
        suppress(assembled([("scored", "scored", "absent")] * T), T + 1)["scales"]["s"]["changes"][
            0
        ]["n"]
        is None
    )


def test_the_later_of_two_changes_is_hidden_where_it_is_a_subset_by_few():
    patterns = [("scored",) * 3] * 20 + [("scored", "scored", "absent")] * 3
    report = suppress(assembled(patterns), T)
    changes = report["scales"]["s"]["changes"]
    assert [change["n"] for change in changes] == [23, None, None]
    assert changes[1]["suppressed"] == SUBTRACTION


def test_few_without_a_pair_hide_the_count_of_the_wave_and_keep_the_paired_one():
    patterns = [("scored", "scored", "absent")] * 30 + [("scored", "absent", "absent")] * 2
    flow = {row["wave"]: row for row in suppress(assembled(patterns), T)["flow"]}
    assert flow["pre"]["n"] is None
    assert flow["pre"]["n_paired_with_first"] is None
    assert (flow["post"]["n"], flow["post"]["n_paired_with_first"]) == (30, 30)
    assert flow["pre"]["suppressed"] == SUBTRACTION


def test_a_hidden_count_of_a_wave_does_not_come_back_as_the_count_of_a_scale():
    """23 answered after, 20 of them before as well; the scale's 23 would give the 3 away."""
    patterns = (
        [("scored", "scored", "absent")] * 12
        + [("blank", "scored", "absent")] * 8
        + [("absent", "scored", "absent")] * 3
    )
    raw, report = assembled(patterns), suppress(assembled(patterns), T)
    assert raw["scales"]["s"]["waves"]["post"]["n"] - raw["flow"][1]["n_paired_with_first"] == 3
    assert report["flow"][1]["n"] is None
    assert report["flow"][1]["n_paired_with_first"] == 20
    assert report["scales"]["s"]["waves"]["post"]["n"] is None
    assert report["scales"]["s"]["reliability"]["post"]["n"] is None


def least_pairs(report):
    """The fewest pairs of the first change that a reader can be sure of: both waves' n on the
    scale (or the n of their reliability) less the number who answered either wave."""
    flow = {row["wave"]: row for row in report["flow"]}
    scale = report["scales"]["s"]
    known = [flow["pre"]["n"], flow["post"]["n"], flow["post"]["n_paired_with_first"]]
    if None in known:
        return 0
    bounds = [
        sum(scale[part][wave]["n"] or -math.inf for wave in ("pre", "post"))
        for part in ("waves", "reliability")
    ]
    return max(bounds) - (known[0] + known[1] - known[2])


OTHER_BLANKS = (
    [("scored", "scored", "absent")] * (T - 1)
    + [("blank", "scored", "absent")]
    + [("scored", "blank", "absent")] * 2
)


def test_the_hidden_number_of_pairs_follows_from_overlapping_waves_as_they_are():
    assert least_pairs(assembled(OTHER_BLANKS)) == T - 1


def test_the_hidden_number_of_pairs_has_no_lower_bound():
    assert least_pairs(suppress(assembled(OTHER_BLANKS), T)) <= 0


@settings(max_examples=60, deadline=None)
@given(patterns=patterns_of)
def test_no_hidden_number_of_pairs_has_a_lower_bound(patterns):
    report = suppress(assembled(patterns), T)
    if report["scales"]["s"]["changes"][0].get("suppressed") == FEW:
        assert least_pairs(report) <= 0


# Counts that add up: all tables a reader must consider, by running the rule itself on each.

cells = [(a, b, n - a - b) for n in range(T, 26) for a in range(n + 1) for b in range(n - a + 1)]


def outputs(rule):
    """What each table comes out as, and all tables that come out the same."""
    same = defaultdict(list)
    for improved, unchanged, worsened in cells:
        table = {"improved": improved, "unchanged": unchanged, "worsened": worsened}
        n = improved + unchanged + worsened
        same[n, tuple(sorted(rule(table).items(), key=str))].append(table)
    return same


def solved(rule):
    """Small cells a reader who knows the rule, n and what is shown can tell exactly."""
    return [
        (tables[0], key)
        for tables in outputs(rule).values()
        for key in ("improved", "unchanged", "worsened")
        if len({table[key] for table in tables}) == 1 and 0 < tables[0][key] < T
    ]


def test_primary_suppression_alone_is_undone_by_subtraction():
    def primary_only(table):
        return {k: None if 0 < v < T else v for k, v in table.items()}

    assert len(solved(primary_only)) > 100


def test_a_complement_chosen_by_size_is_undone_by_who_knows_the_rule():
    def by_size(table):
        hidden = [k for k, v in table.items() if 0 < v < T]
        if len(hidden) == 1:
            hidden.append(min((k for k in table if k not in hidden), key=lambda k: table[k]))
        if hidden and sum(table[k] for k in hidden) < T:
            hidden = list(table)
        return {k: None if k in hidden else v for k, v in table.items()}

    assert solved(by_size)


def test_no_reliable_count_can_be_solved_even_by_who_knows_the_rule():
    assert solved(lambda table: small_cells.reliable(table, T)) == []


def test_cells_are_never_hidden_singly_nor_below_the_threshold_together():
    for improved, unchanged, worsened in cells:
        table = {"improved": improved, "unchanged": unchanged, "worsened": worsened}
        shown = small_cells.reliable(table, T)
        hidden = [k for k in table if shown[k] is None]
        assert len(hidden) != 1
        assert not hidden or sum(table[k] for k in hidden) >= T


def test_all_officers_in_one_cell_are_hidden():
    table = {"improved": 30, "unchanged": 0, "worsened": 0}
    assert small_cells.reliable(table, T)["suppressed"] == ALIKE


@given(n=st.integers(T, 60), data=st.data())
def test_floor_and_ceiling_show_no_small_count(n, data):
    floor = data.draw(st.integers(0, n))
    ceiling = data.draw(st.integers(0, n - floor))
    row = {"n": n, "floor_percent": 100 * floor / n, "ceiling_percent": 100 * ceiling / n}
    shown = small_cells.bounds({**row, "private": {}}, T)
    counts = [
        round(shown[key] * n / 100)
        for key in ("floor_percent", "ceiling_percent")
        if shown[key] is not None
    ]
    known = [*counts, *(n - count for count in counts)]
    if len(counts) == 2:
        known.append(n - sum(counts))
    assert not [count for count in known if 0 < count < T]


def wilcoxon_row(moves):
    ranked = sorted((abs(m), m > 0) for m in moves if m)
    plus = sum(rank for rank, (_, up) in enumerate(ranked, start=1) if up)
    total = len(ranked) * (len(ranked) + 1) // 2
    return {
        "w_plus": float(plus),
        "w_minus": float(total - plus),
        "zeros": len(moves) - len(ranked),
        "p": 0.5,
        "rank_biserial": 0.1,
    }


def zeros_solved(test, n):
    """m from W+ + W- = m (m + 1) / 2."""
    if test["w_plus"] is None:
        return None
    total = test["w_plus"] + test["w_minus"]
    return n - round((math.sqrt(1 + 8 * total) - 1) / 2)


def movers_solved(test, n):
    """How many went down, where only one number of ranks can add up to W-."""
    if test["w_minus"] is None:
        return None
    moved = n - zeros_solved(test, n)
    possible = [
        j
        for j in range(moved + 1)
        if j * (j + 1) / 2 <= test["w_minus"] <= j * (2 * moved - j + 1) / 2
    ]
    return possible[0] if len(possible) == 1 else None


moves_of = st.lists(st.integers(-30, 30), min_size=T, max_size=30).map(
    lambda moves: [m + i / 100 if m else 0 for i, m in enumerate(moves)]
)


def test_rank_sums_as_they_are_give_the_zeros_and_the_few_who_went_down():
    moves = [0, 0, *range(2, 20), -1]
    assert zeros_solved(wilcoxon_row(moves), len(moves)) == 2
    assert movers_solved(wilcoxon_row(moves), len(moves)) == 1


@given(moves=moves_of)
def test_rank_sums_that_are_shown_give_no_small_count(moves):
    moved = [sum(m < 0 for m in moves), sum(m > 0 for m in moves)]
    shown = small_cells.wilcoxon(wilcoxon_row(moves), len(moves), moved, T)
    zeros, down = zeros_solved(shown, len(moves)), movers_solved(shown, len(moves))
    assert zeros is None or not 0 < zeros < T
    assert zeros is None or not 0 < len(moves) - zeros < T
    assert down is None or not 0 < down < T
    if any(0 < count < T for count in moved):
        assert zeros is None
    if zeros is None:
        assert set(shown.values()) == {None, SMALL_CELL}


def test_two_cohorts_as_they_are_give_the_mean_of_the_small_one():
    """CR1 with two cohorts: se = sqrt(2 * 2 u^2) / n, u the small cohort's sum of deviations."""
    d = np.array([0.1, 0.4, 0.3, 0.2, 0.6, 0.5, 0.2, 0.9, -1.0, -2.0])
    groups = np.array([0] * 8 + [1] * 2)
    u = robust_se(d, groups) * 10 / 2
    assert d.mean() - u / 2 == pytest.approx(d[8:].mean(), rel=1e-9)


# Mean and SD as equations.


def test_one_officer_off_the_common_value_is_hidden():
    rows = [Response(f"c{i}", w, 1, {"I1": 3.0}) for i in range(20) for w in WAVES[:2]]
    rows[0] = Response("c0", "pre", 1, {"I1": 8.0})
    report = suppress(_assemble(response_table(rows, STUDY, INSTRUMENT), STUDY, INSTRUMENT), T)
    assert report["scales"]["s"]["waves"]["pre"]["suppressed"] == ALIKE
    assert report["scales"]["s"]["changes"][0]["suppressed"] == ALIKE


def test_a_histogram_of_three_levels_is_hidden_where_a_level_is_small():
    private = {"off_mode": 12, "solvable": [20, 10, 2]}
    raw = assembled(ATTRITION)
    raw["scales"]["s"]["waves"]["post"]["private"] = private
    report = suppress(raw, T)
    assert report["scales"]["s"]["waves"]["post"]["suppressed"] == SMALL_CELL
