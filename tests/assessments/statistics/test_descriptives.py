import numpy as np
import pytest

from assessments.statistics.descriptives import mean, percent_at, sd
from assessments.statistics.summaries import off_mode

SCORES = np.array([1.0, 1, 2, 4, 5])


def test_mean_and_sd_by_hand():
    assert mean(SCORES) == pytest.approx(2.6)
    assert sd(SCORES) == pytest.approx(np.sqrt((2 * 1.6**2 + 0.6**2 + 1.4**2 + 2.4**2) / 4))


def test_floor_and_ceiling_count_the_possible_bounds():
    assert percent_at(SCORES, 1) == 40.0
    assert percent_at(SCORES, 5) == 20.0
    assert percent_at(SCORES[2:4], 1) == 0.0


def test_float_dust_does_not_lift_anyone_off_the_bound():
    assert percent_at(np.array([0.1 + 0.2]), 0.3) == 100.0


def test_nobody_has_no_figures():
    nobody = np.empty(0)
    assert (mean(nobody), sd(nobody), percent_at(nobody, 1)) == (None, None, None)
    assert sd(np.ones(1)) is None


def test_how_many_differ_from_the_commonest_value():
    assert off_mode(SCORES) == 3
    assert off_mode(np.array([0.1 + 0.2, 0.3, 1.0])) == 1
