import copy

import pytest

from assessments.disclosure import may_replace, objections, releasable

T = 10


def report(n=40, floor=50.0, mean=3.0):
    return {
        "flow": [{"wave": "pre", "n": n, "n_paired_with_first": n}],
        "scales": {
            "s": {
                "reliability": {"pre": {"n": n, "alpha": 0.8}},
                "waves": {
                    "pre": {"n": n + 20, "mean": mean, "floor_percent": floor},
                    "post": {"n": n + 20, "mean": mean, "floor_percent": None},
                },
                "changes": [
                    {
                        "from": "pre",
                        "to": "post",
                        "n": n,
                        "mean_change": 0.5,
                        "p_holm": 0.04,
                        "wilcoxon": {"zeros": 0, "w_plus": 9.0},
                        "reliable": {"improved": n, "unchanged": 0, "worsened": 0},
                    }
                ],
            }
        },
    }


def test_the_first_release_needs_no_comparison():
    assert may_replace(None, report(), T)


def test_the_same_report_may_appear_again():
    assert objections(report(), report(), T) == []


def test_the_order_of_summation_is_no_change():
    again = report()
    again["scales"]["s"]["waves"]["pre"]["mean"] += 1e-14
    assert may_replace(report(), again, T)


@pytest.mark.parametrize("more", [1, 9, -1, -9])
def test_a_change_by_fewer_than_the_threshold_is_held_back(more):
    found = objections(report(), report(n=40 + more, floor=0.0), T)
    assert any(problem.startswith("scales.s.changes.pre.post: n ") for problem in found)
    assert any(problem.startswith("flow.pre: n ") for problem in found)


def test_a_change_by_the_threshold_may_appear():
    assert objections(report(n=40, floor=0.0), report(n=70, floor=0.0), T) == []


def test_an_unchanged_count_with_other_numbers_is_held_back():
    found = objections(report(), report(mean=3.1), T)
    assert found == [
        "scales.s.waves.post: n is unchanged but other numbers are not",
        "scales.s.waves.pre: n is unchanged but other numbers are not",
    ]


def test_a_percentage_is_a_count():
    """50 % of 60 are 30; 37.5 % of 80 are 30 as well; 40 % of 80 are 32."""
    assert objections(report(40, 50.0), report(60, 37.5), T) == []
    found = objections(report(40, 50.0), report(60, 40.0), T)
    assert "scales.s.waves.pre: floor_percent changed by less than the threshold" in found


def test_a_cell_inside_a_row_is_a_count():
    new = report(n=60)
    new["scales"]["s"]["changes"][0]["reliable"] = {"improved": 45, "unchanged": 15, "worsened": 0}
    found = objections(report(), new, T)
    assert "scales.s.changes.pre.post: improved changed by less than the threshold" in found


def test_a_new_row_close_to_what_another_was_is_held_back():
    """Before: 60 scored. Now: 57 pairs, who may be 57 of those 60."""
    found = objections(report(n=40, floor=0.0), report(n=57, floor=0.0), T)
    assert any("lies within the threshold of what scales.s.waves.pre was" in f for f in found)


def test_adjusted_p_values_may_move_with_other_scales():
    new = report()
    new["scales"]["s"]["changes"][0]["p_holm"] = 0.05
    assert may_replace(report(), new, T)


def test_what_was_hidden_may_appear_and_what_was_shown_may_be_hidden():
    hidden = copy.deepcopy(report(floor=0.0))
    change = hidden["scales"]["s"]["changes"][0]
    change |= {"n": None, "mean_change": None, "suppressed": "few"}
    change["wilcoxon"] = {"zeros": None, "w_plus": None, "suppressed": "few"}
    change["reliable"] = dict.fromkeys(change["reliable"]) | {"suppressed": "few"}
    assert objections(hidden, report(floor=0.0), T) == []
    assert objections(report(floor=0.0), hidden, T) == []


def test_objections_name_places_and_never_counts():
    found = objections(report(n=41), report(n=48), T)
    assert found
    assert not any("41" in problem or "48" in problem or "7" in problem for problem in found)


def test_without_the_guard_two_releases_give_the_mean_of_those_who_came():
    """What the guard is for: 40 pairs, then 43; the mean change of the three follows."""
    before, after = (40, 0.5), (43, 0.6)
    assert (after[0] * after[1] - before[0] * before[1]) / 3 == pytest.approx(1.9333, abs=1e-4)
    assert not may_replace(report(n=40), report(n=43), T)


def test_an_older_report_lacks_what_was_added_since():
    """What is new follows from what was there, so it tells nothing more."""
    new = report()
    change = new["scales"]["s"]["changes"][0]
    change |= {"detectable_d_z": 0.4, "equivalence": {"margin": None, "p": None}}
    assert objections(report(), new, T) == []
    lacking = releasable(report(), new, fresh=new, touched=new, threshold=T)
    assert lacking["scales"]["s"]["changes"][0]["detectable_d_z"] == 0.4
