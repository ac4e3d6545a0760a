import itertools

import pytest

from assessments.covariates import COVARIATES
from assessments.microdata.banding import ladder, released_choices


@pytest.mark.parametrize("name", COVARIATES)
def test_each_step_merges_whole_choices_of_the_step_before(name: str) -> None:
    steps = ladder(name)
    assert all(step.keys() == COVARIATES[name].choices.keys() for step in steps)
    for finer, coarser in itertools.pairwise(steps):
        merged = {(finer[choice], coarser[choice]) for choice in finer}
        assert len(merged) == len(set(finer.values())) > len(set(coarser.values()))


@pytest.mark.parametrize("name", COVARIATES)
def test_every_released_choice_has_a_label_and_means_one_thing(name: str) -> None:
    labels = released_choices(name)
    asked = COVARIATES[name].choices
    for step in ladder(name):
        assert set(step.values()) <= labels.keys()
        assert all(new not in asked or new == old for old, new in step.items())


def test_ordered_bands_merge_with_their_neighbours() -> None:
    for name in ("rank_band", "service_band"):
        for step in ladder(name):
            values = list(step.values())
            changes = sum(a != b for a, b in itertools.pairwise(values))
            assert changes == len(set(values)) - 1
