import numpy as np
import pytest

from assessments.blocks_attrition import attrition
from assessments.partitions import sizes
from assessments.small_cells import FEW, SMALL_CELL
from assessments.statistics.attrition import baseline, logistic
from tests import measured

T = 10


def study(stayed=60, lost=40, seed=1, **options):
    """On both scales those who stayed have scores in both waves."""
    rng = np.random.default_rng(seed)
    n = stayed + lost
    scores = {}
    for scale in measured.SCALES:
        scores[scale] = rng.integers(1, 6, (n, 2)).astype(float)
        scores[scale][stayed:, 1] = np.nan
    return measured.scored(**{**scores, **options})


def parts(made, core=None):
    return dict(attrition(made, "post", core or measured.core(made), T))


def test_counts_are_those_of_the_flow():
    figures = parts(study())[()].figures
    assert figures["wave"] == "post"
    assert (figures["n_first"], figures["n_stayed"], figures["n_lost"]) == (100, 60, 40)


def test_counts_are_hidden_where_the_flow_hides_them():
    """95 of 100 stayed: five were lost."""
    figures = parts(study(95, 5))[()].figures
    assert (figures["n_first"], figures["n_lost"]) == (None, None)
    assert figures["suppressed"]


def test_first_scores_of_those_who_stayed_and_were_lost():
    made = study()
    block = parts(made)["scales", "a"]
    first = made.scores["a"]["pre"].to_numpy()
    found = baseline(first[:60], first[60:])
    assert (block.figures["t"], block.figures["mean_lost"]) == (found.t, found.mean_lost)
    (cells,) = block.cells
    assert (cells.scale, cells.waves) == ("a", ("pre",))
    assert sizes(cells.cells).tolist() == [40, 60]


def test_on_a_scale_those_stay_who_are_pairs_of_its_change():
    made = study()
    made.scores["a"].iloc[:20, 1] = np.nan
    core = measured.core(made)
    figures = parts(made, core)["scales", "a"].figures
    assert figures["mean_stayed"] == pytest.approx(core["scales"]["a"]["changes"][0]["mean_from"])


def test_a_scale_that_the_core_hides_tells_nothing_here():
    found = parts(study(95, 5))["scales", "a"]
    assert found.figures["suppressed"]
    assert found.figures["mean_lost"] is None
    assert found.cells == ()


def test_a_covariate_and_staying():
    ranks = ["line", "supervisor"] * 50
    block = parts(study(people={"rank_band": ranks}))["covariates", "rank_band"]
    assert block.figures["chi2"] == pytest.approx(0)
    assert block.figures["df"] == 1
    (cells,) = block.cells
    assert cells.scale == ""
    assert sizes(cells.cells).tolist() == [20, 30, 20, 30]


@pytest.mark.parametrize(
    "ranks", [["command"] * 4 + ["line"] * 96, ["line", "supervisor"] * 5 + [""] * 90, [""] * 100]
)
def test_a_table_with_a_small_cell_gives_no_chi_square(ranks):
    block = parts(study(people={"rank_band": ranks}))["covariates", "rank_band"]
    assert block.figures == {"chi2": None, "df": None, "p": None, "suppressed": SMALL_CELL}
    assert block.cells == ()


def test_all_scales_together():
    made = study()
    block = parts(made)["logistic",]
    first = np.column_stack([made.scores[scale]["pre"] for scale in "ab"])
    test = logistic(first, np.arange(100) < 60)
    assert block.figures == {
        "n": 100,
        "scales": ["a", "b"],
        "chi2": test.chi2,
        "df": 2,
        "p": test.p,
    }
    assert [cells.scale for cells in block.cells] == ["a", "b"]


def test_a_scale_that_few_left_blank_has_no_part_in_the_model():
    """With it, the three would be left out of a sum over all who began."""
    made = study()
    made.scores["b"].iloc[:3, 0] = np.nan
    figures = parts(made)["logistic",].figures
    assert (figures["scales"], figures["n"]) == (["a"], 100)


def test_a_scale_that_few_left_blank_later_has_no_part_in_the_model():
    """On it, those three count as lost."""
    made = study()
    made.scores["b"].iloc[:3, 1] = np.nan
    assert parts(made)["logistic",].figures["scales"] == ["a"]


def test_no_model_where_the_primary_scale_is_hidden():
    found = parts(study(95, 5))["logistic",]
    assert found.figures["suppressed"]
    assert (found.figures["n"], found.figures["scales"]) == (None, [])


@pytest.mark.parametrize("size", [(0, 0), (1, 0), (5, 4)])
def test_hardly_anybody(size):
    for block in parts(study(*size)).values():
        assert block.figures.get("suppressed", FEW)
        assert block.cells == ()
