from assessments.intervals import COHORTS, PEOPLE, Said, said_of


def change(**cluster):
    figures = {"mean_change": 0.3, "ci_low": 0.1, "ci_high": 0.5, "p": 0.004}
    return figures | {"cluster": cluster}


def test_the_wider_one_is_said_with_its_own_p():
    said = said_of(change(ci_low=-0.1, ci_high=0.7, p=0.12))
    assert (round(said.low, 9), round(said.high, 9)) == (-0.1, 0.7)
    assert (said.p, said.kind) == (0.12, COHORTS)
    assert said_of(change(ci_low=0.2, ci_high=0.4, p=0.001)) == Said(0.1, 0.5, 0.004, PEOPLE)


def test_an_older_report_a_hidden_part_and_a_group_have_the_plain_one():
    plain = Said(0.1, 0.5, 0.004, PEOPLE)
    assert said_of(change(n_cohorts=4, icc=0.1, se_robust=0.2)) == plain
    assert said_of(change(n_cohorts=4, ci_low=None, ci_high=None, p=None)) == plain
    group = change()
    del group["cluster"], group["p"]
    assert said_of(group) == Said(0.1, 0.5, None, PEOPLE)


def test_a_hidden_change_has_none_whatever_stands_beside_it():
    hidden = change(ci_low=-0.1, ci_high=0.7) | {"ci_low": None, "ci_high": None}
    assert not said_of(hidden).is_shown


def test_it_stands_around_the_mean_of_all_where_some_have_no_cohort():
    said = said_of(change(ci_low=0.0, ci_high=1.0, p=0.05))
    assert (round(said.low, 9), round(said.high, 9)) == (-0.2, 0.8)
