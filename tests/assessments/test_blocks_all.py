import json

import numpy as np
import pytest

from assessments.blocks import Block
from assessments.blocks_all import make_blocks, put, without_numbers
from assessments.outcomes import outcomes
from assessments.partitions import NOWHERE, sizes
from assessments.told import Stand
from tests import measured

T = 10
WAVES = ("pre", "post", "later")


@pytest.fixture(scope="module")
def made():
    rng = np.random.default_rng(4)
    level = rng.normal(3, 1, (160, 1))
    scores = {
        scale: np.clip(np.rint(level + rng.normal(0, 0.8, (160, 3)) + [0, 0.4, 0.3]), 1, 5)
        for scale in measured.SCALES
    }
    for rows in scores.values():
        rows[60:90, 1:] = np.nan
    people = {
        "arm": ["trained"] * 110 + ["waiting"] * 50,
        "cohort": [f"c{number // 22}" for number in range(160)],
        "rank_band": ["line", "supervisor"] * 80,
    }
    return measured.scored(WAVES, people=people, **scores)


@pytest.fixture(scope="module")
def made_blocks(made):
    return make_blocks(made, measured.core(made), T)


@pytest.fixture(scope="module")
def report(made, made_blocks):
    found = measured.core(made)
    for place, block in made_blocks:
        put(found, place, block.figures)
    return found


def test_no_two_blocks_have_the_same_place(made_blocks):
    places = [place for place, _ in made_blocks]
    assert len(places) == len(set(places))


def test_blocks_stand_where_the_report_has_them(report):
    scale = report["scales"]["a"]
    assert list(scale["mixed"]["waves"]) == ["post", "later"]
    assert [one["wave"] for one in scale["distributions"]] == list(WAVES)
    assert [(one["from"], one["to"]) for one in scale["change_distributions"]] == [
        ("pre", "post"),
        ("pre", "later"),
        ("post", "later"),
    ]
    assert [(one["scale"], one["to"]) for one in report["comparisons"]] == [
        ("b", "post"),
        ("b", "later"),
        ("a", "post"),
        ("a", "later"),
    ]
    assert [one["wave"] for one in report["attrition"]] == ["post", "later"]
    assert set(report["attrition"][1]["scales"]) == {"a", "b"}
    assert report["attrition"][0]["covariates"]["rank_band"]["df"] == 1
    assert report["attrition"][0]["logistic"]["n"] == 110


def test_blocks_rest_on_the_trained_save_comparisons(made, made_blocks):
    waiting = (made.people["arm"] == "waiting").to_numpy()
    for place, block in made_blocks:
        of_waiting = [cells.cells[waiting].tolist() for cells in block.cells]
        inside = any(cell != NOWHERE for cells in of_waiting for cell in cells)
        assert inside == (place[0] == "comparisons")


def test_no_cell_holds_few(made_blocks):
    for place, block in made_blocks:
        for cells in block.cells:
            counts = sizes(cells.cells)
            assert counts[counts > 0].min() >= T, place


def test_figures_are_plain_json(report):
    json.dumps(report, allow_nan=False)


def test_a_hidden_block_keeps_its_names_alone(made_blocks):
    for place, block in made_blocks:
        hidden = without_numbers(block.figures, "why")
        assert hidden["suppressed"] == "why"
        assert not list(numbers(hidden)), place


def numbers(value):
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from numbers(one)
    elif isinstance(value, int | float):
        yield value


def test_disclosure_control_shows_them_in_the_whole_report(made, report):
    """Of these data nothing has to be hidden."""
    whole = outcomes(list(measured.responses(made)), made.study, made.instrument)
    assert whole["scales"]["a"]["mixed"] == report["scales"]["a"]["mixed"]
    assert whole["comparisons"] == report["comparisons"]
    assert whole["attrition"] == report["attrition"]


@pytest.mark.parametrize("n", [0, 1, 12])
def test_a_small_study_gives_all_parts_without_numbers(n):
    small = measured.scored(a=[[1, 2]] * n, b=[[3, 3]] * n)
    core = measured.core(small)
    for place, block in make_blocks(small, core, T):
        put(core, place, block.figures)
        assert block.cells == () or n >= T
    assert core["scales"]["a"]["mixed"]["loglik"] is None
    assert core["comparisons"][0]["d_ppc2"] is None


def test_nothing_is_printed_of_who_stands_where():
    cells = Stand("a", ("pre",), np.array([4711]))
    assert "4711" not in repr(cells) + repr(Block({"n": 12}, (cells,)))
