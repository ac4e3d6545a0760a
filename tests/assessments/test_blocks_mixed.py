import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.blocks_mixed import MOST_LEFT_OUT, Sum, common, mixed_block
from assessments.partitions import sizes
from assessments.small_cells import FEW, small
from assessments.statistics.mixed import mixed_model
from tests import measured

T = 10
WAVES = ("pre", "post", "later")
RARE = ((4, ["pre"]), (12, ["pre", "post"]), (12, ["pre", "later"]))


def pattern(*waves):
    return frozenset(waves)


def answering(*groups, seed=1):
    """Scores of so many people each who answered the named waves."""
    rng = np.random.default_rng(seed)
    rows = []
    for n, waves in groups:
        level = rng.integers(1, 5, (n, 1)) + rng.integers(0, 2, (n, len(WAVES)))
        rows.append(np.where([wave in waves for wave in WAVES], level, np.nan))
    return np.concatenate(rows)


def block(rows, **options):
    made = measured.scored(WAVES, a=rows, **options)
    return mixed_block(made, "a", measured.core(made)["scales"]["a"], T)


def test_the_model_of_a_scale_names_its_waves():
    rows = answering((40, WAVES), (30, WAVES[:2]))
    found = block(rows)
    model = mixed_model(rows, [""] * 70)
    assert list(found.figures["waves"]) == ["post", "later"]
    assert found.figures["waves"]["later"]["estimate"] == model.waves[1].estimate
    assert found.figures["n_rows"] == 40 * 3 + 30 * 2


def test_its_cells_are_those_who_answered_the_same_waves():
    (cells,) = block(answering((40, WAVES), (30, WAVES[:2]))).cells
    assert sorted(sizes(cells.cells)) == [30, 40]
    assert (cells.scale, cells.waves) == ("a", WAVES)


def test_a_wave_that_may_not_be_compared_with_the_first_has_no_part():
    other = measured.instrument(not_comparable=[{"scale": "a", "waves": ["pre", "post"]}])
    found = block(answering((40, WAVES)), measured_by=other)
    assert list(found.figures["waves"]) == ["later"]
    assert found.cells[0].waves == ("pre", "later")


def test_a_rare_pattern_is_left_out_with_those_who_hide_it():
    """Four people answered only `pre`. The core tells of all who answered `pre` and of its pairs,
    so of those who did not answer `post` too: sixteen, of whom a model may not tell twelve."""
    found = block(answering((300, WAVES), *RARE))
    assert sizes(found.cells[0].cells).max() == sizes(found.cells[0].cells).sum() == 300
    assert found.figures["n_persons"] == 300


def test_where_a_tenth_would_have_to_go_there_is_no_model():
    found = block(answering((60, WAVES), *RARE))
    assert found.figures["suppressed"] == FEW
    assert found.figures["loglik"] is None
    assert found.cells == ()


def test_what_the_core_hides_needs_nobody_to_hide_behind():
    """All but four who answered `pre` answered `later` too: the core hides the row of `pre`."""
    found = block(answering((60, WAVES), (4, ["pre"]), (12, ["pre", "later"])))
    assert sorted(n for n in sizes(found.cells[0].cells).tolist() if n) == [12, 60]


def test_with_a_small_cohort_the_model_is_of_people_alone():
    """Standard deviations and log-likelihood are equations for the sums of cohorts."""
    cohorts = ["x"] * 40 + ["y"] * 40 + ["z"] * 7
    found = block(answering((87, WAVES)), people={"cohort": cohorts})
    assert found.figures["sd_cohort"] is None
    assert found.figures["loglik"] is not None
    assert sizes(found.cells[0].cells).max() == 87


def test_where_sums_of_cohorts_may_not_be_told_there_is_a_model_of_people_alone():
    found = block(answering((80, WAVES)), people={"cohort": ["x"] * 40 + ["y"] * 40})
    assert [n for n in sizes(found.cells[0].cells).tolist() if n] == [40, 40]
    assert found.figures["sd_cohort"] is not None
    assert found.instead.figures["sd_cohort"] is None
    assert [n for n in sizes(found.instead.cells[0].cells).tolist() if n] == [80]


def test_one_small_cohort_is_no_part_of_the_model():
    found = block(answering((60, WAVES)), people={"cohort": ["x"] * 7 + [""] * 53})
    assert found.figures["sd_cohort"] is None
    assert found.figures["loglik"] is not None


def test_cohorts_and_people_without_one_are_in_the_model():
    cohorts = [f"c{number % 5}" for number in range(80)] + [""] * 10
    found = block(answering((90, WAVES)), people={"cohort": cohorts})
    assert (found.figures["n_cohorts"], found.figures["n_persons"]) == (5, 90)


def test_a_study_of_nobody_has_no_model():
    made = measured.scored(WAVES, a=np.empty((0, 3)))
    found = mixed_block(made, "a", measured.core(made)["scales"]["a"], T)
    assert found.figures["suppressed"] == FEW


ALL = [frozenset(one) for k in (1, 2, 3) for one in itertools.combinations(WAVES, k)]
SUMS = [
    *(Sum(frozenset({wave})) for wave in WAVES),
    *(Sum(frozenset(pair)) for pair in itertools.combinations(WAVES, 2)),
    *(Sum(frozenset({one}), frozenset({other})) for one, other in itertools.permutations(WAVES, 2)),
]


@given(st.lists(st.integers(0, 400), min_size=7, max_size=7))
def test_no_few_people_are_left_over_of_any_sum_that_is_shown(sizes):
    counts = {pattern: n for pattern, n in zip(ALL, sizes, strict=True) if n}
    whole = [one for one in SUMS if sum(n for p, n in counts.items() if one.covers(p)) >= T]
    kept = common(counts, whole, T)
    assert all(counts[pattern] >= T for pattern in kept)
    if not kept:
        return
    out = {pattern: n for pattern, n in counts.items() if pattern not in kept}
    assert sum(out.values()) <= MOST_LEFT_OUT * sum(counts.values())
    for one in whole:
        assert not small(sum(n for pattern, n in out.items() if one.covers(pattern)), T)


@pytest.mark.parametrize(
    ("counts", "kept"),
    [
        ({pattern("pre"): 30, pattern("pre", "post"): 200}, 2),
        ({pattern("pre"): 9, pattern("pre", "post"): 200}, 0),
        ({}, 0),
    ],
)
def test_two_waves(counts, kept):
    """Nine who answered `pre` alone would follow from its mean and that of the pairs."""
    shown = [Sum(pattern("pre")), Sum(pattern("pre", "post"))]
    assert len(common(counts, shown, T)) == kept
