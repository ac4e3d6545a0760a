from lms.dashboards.results.caveats import caveats
from lms.dashboards.results.comparison import comparisons
from tests.reports import sample_reading, sample_report


def report(trained, other, **did):
    made = sample_report()
    for one in made["comparisons"]:
        one["did"] |= {"n_clusters": trained + other, **did}
        one["did"] |= {"n_clusters_trained": trained, "n_clusters_other": other}
    return made


def titles(made):
    return [point["title"] for point in caveats(sample_reading(made))]


def older():
    made = sample_report()
    for one in made["comparisons"]:
        del one["did"]["n_clusters_trained"], one["did"]["n_clusters_other"]
    return made


def cohorts_cell(made):
    return comparisons(sample_reading(made))[0]["table"]["rows"][0][4]["text"]


def test_the_cohorts_of_each_arm_are_told():
    assert cohorts_cell(report(7, 2)) == "7 and 2"


def test_an_older_report_has_their_sum_and_says_what_is_wrong_with_its_intervals():
    assert cohorts_cell(older()) == "12"
    notes = comparisons(sample_reading(older()))[0]["notes"]
    assert "too narrow" in notes[-1]
    assert "Few cohorts to compare." not in titles(older())


def test_seven_beside_two_rest_on_one_degree_of_freedom():
    notes = comparisons(sample_reading(report(7, 2)))[0]["notes"]
    assert "has 2 cohorts: intervals rest on 1 degree of freedom" in notes[-1]
    assert "Few cohorts to compare." in titles(report(7, 2))


def test_enough_cohorts_in_both_arms_need_no_caveat():
    notes = comparisons(sample_reading(report(7, 5)))[0]["notes"]
    assert not any("degree" in note for note in notes)
    assert "Few cohorts to compare." not in titles(report(7, 5))


def test_a_single_cohort_has_no_interval_and_says_why():
    nothing = dict.fromkeys(("se", "df", "ci_low", "ci_high", "p"))
    [one] = comparisons(sample_reading(report(7, 1, **nothing)))
    assert "so there is no interval" in one["notes"][-1]
    assert one["plot"] is None
    assert one["table"]["rows"][0][2]["text"] == "–"


def test_that_arms_began_apart_is_said():
    made = report(7, 5)
    main = next(one for one in made["comparisons"] if one["scale"] == "self_efficacy")
    main["groups"]["trained"]["mean_from"] = 3.15
    main["groups"]["other"]["mean_from"] = 3.48
    notes = comparisons(sample_reading(made))[0]["notes"]
    assert "the trained began at 3.15, the others at 3.48" in notes[0]


def test_intervals_say_what_they_allow_for():
    assert "allow for cohorts" in comparisons(sample_reading(report(7, 5)))[0]["notes"][-1]
    made = report(7, 5)
    for one in made["comparisons"]:
        one["did"] |= dict.fromkeys(("n_clusters", "n_clusters_trained", "n_clusters_other"))
    assert "people as independent" in comparisons(sample_reading(made))[0]["notes"][-1]
