import numpy as np
import pytest

from assessments.blocks_comparisons import comparisons
from assessments.partitions import sizes
from assessments.small_cells import COHORTS, FEW
from assessments.statistics.comparison import Arm, d_ppc2, difference_in_differences
from tests import measured

T = 10


def study(trained=60, waiting=40, cohorts=4, seed=1, **options):
    rng = np.random.default_rng(seed)
    n = trained + waiting
    earlier = rng.integers(1, 5, n)
    later = np.clip(earlier + rng.integers(-1, 3, n) * (np.arange(n) < trained), 1, 5)
    arms = ["trained"] * trained + ["waiting"] * waiting
    named = [f"{arm} {number % cohorts}" for number, arm in enumerate(arms)]
    people = {"arm": arms, "cohort": named, **options}
    return measured.scored(a=np.column_stack([earlier, later]), people=people)


def only(made):
    core = measured.core(made)["scales"]["a"]
    ((place, block),) = comparisons(made, "a", core, T)
    assert place == ("a", "pre", "post", "waiting")
    return block


def arm(made, name):
    rows = made.scores["a"][made.people["arm"] == name]
    cohorts = made.people["cohort"][rows.index].tolist()
    return Arm(rows["pre"].to_numpy(), rows["post"].to_numpy(), cohorts)


def test_an_arm_that_waits_stands_beside_those_who_were_trained():
    made = study()
    figures = only(made).figures
    trained, waiting = arm(made, "trained"), arm(made, "waiting")
    found = difference_in_differences(trained, waiting)
    assert (figures["did"]["estimate"], figures["did"]["p"]) == (found.estimate, found.p)
    assert figures["did"]["n_clusters"] == 8
    assert figures["d_ppc2"] == d_ppc2(trained, waiting)
    assert figures["groups"]["other"] == {
        "n": 40,
        "mean_from": pytest.approx(waiting.earlier.mean()),
        "mean_to": pytest.approx(waiting.later.mean()),
        "mean_change": pytest.approx(waiting.changes.mean()),
        "sd_change": pytest.approx(waiting.changes.std(ddof=1)),
    }
    assert set(figures["ancova"]) == {"estimate", "se", "df", "ci_low", "ci_high", "p"}


def test_the_trained_are_those_of_the_report_s_change():
    made = study()
    change = measured.core(made)["scales"]["a"]["changes"][0]
    trained = only(made).figures["groups"]["trained"]
    assert trained == {key: pytest.approx(change[key]) for key in trained}


def test_its_cells_are_the_cohorts_of_the_two_arms():
    (cells,) = only(study()).cells
    assert [n for n in sizes(cells.cells).tolist() if n] == [15] * 4 + [10] * 4
    assert (cells.scale, cells.waves) == ("a", ("pre", "post"))


@pytest.mark.parametrize("sizes", [(60, 9), (60, 0), (9, 40)])
def test_few_people_in_an_arm_are_not_compared(sizes):
    block = only(study(*sizes))
    assert block.figures["suppressed"] == FEW
    assert block.figures["did"]["estimate"] is None
    assert block.figures["groups"]["other"]["n"] is None
    assert block.figures["arm"] == "waiting"
    assert block.cells == ()


def test_small_cohorts_are_one_cluster_with_as_many_more_as_hide_them():
    """Errors by cohort are equations for their sums."""
    made = study()
    waiting = made.people["arm"] == "waiting"
    made.people.loc[waiting, "cohort"] = ["x"] * 20 + ["y"] * 16 + ["z"] * 4
    block = only(made)
    counts = sizes(block.cells[0].cells)
    assert min(counts[counts > 0]) >= T
    assert 20 in counts.tolist()


def test_without_its_cohorts_a_comparison_has_estimates_alone():
    instead = only(study()).instead
    assert sizes(instead.cells[0].cells).tolist() == [60, 40]
    for part in ("did", "ancova"):
        assert instead.figures[part]["suppressed"] == COHORTS
        assert instead.figures[part]["estimate"] is not None
        assert instead.figures[part]["se"] is None
        assert instead.figures[part]["p"] is None


def test_a_study_of_one_arm_compares_nothing():
    spec = measured.study(arms=[{"code": "trained", "title": "t", "kind": "training"}])
    made = measured.scored(a=[[1, 2]] * 30, spec=spec)
    assert list(comparisons(made, "a", measured.core(made)["scales"]["a"], T)) == []


def test_comparisons_start_at_the_first_wave_and_leave_out_what_may_not_be_compared():
    waves = ("pre", "post", "later")
    other = measured.instrument(not_comparable=[{"scale": "a", "waves": ["pre", "post"]}])
    made = measured.scored(waves, measured_by=other, a=[[1, 2, 3]] * 30)
    found = comparisons(made, "a", measured.core(made)["scales"]["a"], T)
    assert [place for place, _ in found] == [("a", "pre", "later", "waiting")]
