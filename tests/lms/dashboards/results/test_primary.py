from lms.dashboards.results.primary import primary
from tests.reports import FEW, hide, older_report, sample_reading, sample_report


def _change(report):
    return report["scales"]["self_efficacy"]["changes"][0]


def test_one_sentence_has_who_how_much_and_its_interval_and_p_comes_last():
    sentence = primary(sample_reading())["sentence"]
    assert sentence.startswith("Among the 118 people with a score in both surveys")
    assert "0.31 points higher" in sentence
    assert sentence.index("points") < sentence.index("d_z") < sentence.index("p\xa0=\xa0.063")


def test_the_interval_is_the_wider_one_and_says_that_it_allows_for_cohorts():
    told = primary(sample_reading())
    assert "is +0.11 to +0.51 points (allowing for cohorts);" in told["sentence"]
    assert told["figures"][0]["note"] == "95% interval +0.11 to +0.51, allowing for cohorts"
    [other] = [one for one in told["figures"] if one["label"] == "Interval ignoring cohorts"]
    assert other["value"] == "+0.19 to +0.43"


def test_two_cohorts_that_happen_to_be_alike_do_not_make_it_narrower():
    report = sample_report()
    _change(report)["cluster"] |= {"n_cohorts": 2, "ci_low": 0.30, "ci_high": 0.32, "p": 0.01}
    told = primary(sample_reading(report))
    assert "is +0.19 to +0.43 points (people are taken as independent);" in told["sentence"]
    assert "Interval over cohorts" in [one["label"] for one in told["figures"]]


def test_where_cohorts_are_hidden_or_of_an_older_report_people_are_taken_as_independent():
    report = sample_report()
    hide(_change(report)["cluster"])
    for held in (report, older_report()):
        told = primary(sample_reading(held))
        assert "+0.43 points (people are taken as independent);" in told["sentence"]
        assert not [one for one in told["figures"] if one["label"].startswith("Interval")]


def test_the_p_value_belongs_to_the_interval_and_says_how_it_is_adjusted():
    """Without adjustment it is .021 on each of three scales; ignoring cohorts below .001."""
    sentence = primary(sample_reading())["sentence"]
    how = "by Holm’s method over 3 scales in this pair of surveys; intervals are not adjusted"
    assert sentence.endswith(f"p\xa0=\xa0.063 ({how}).")


def test_a_family_of_one_scale_is_not_adjusted_and_says_nothing_of_it():
    told = primary(sample_reading(family=["self_efficacy"]))
    assert told["sentence"].endswith("; p\xa0=\xa0.021.")


def test_who_lacks_a_score_is_not_counted_as_compared():
    """126 answered, 118 have both scores: the sentence is about those 118."""
    assert "answered both" not in primary(sample_reading())["sentence"]


def test_an_imported_study_is_not_said_to_be_named_before_the_data():
    assert primary(sample_reading())["named"] == "Main outcome, named before the data"
    assert primary(sample_reading(courses=[]))["named"] == "Main outcome, named by the protocol"


def test_each_standardised_figure_says_what_it_divides_by():
    sentence = primary(sample_reading())["sentence"]
    assert "standard deviations of the individual changes (d_z" in sentence
    assert "average standard deviations of the scores (d_av)" in sentence
    assert "g_z" in sentence


def test_a_fall_and_no_change_are_said_in_the_same_plain_words():
    report = sample_report()
    _change(report)["mean_change"] = -0.4
    assert "0.40 points lower" in primary(sample_reading(report))["sentence"]
    _change(report)["mean_change"] = -0.001
    assert "neither higher nor lower" in primary(sample_reading(report))["sentence"]


def test_equivalence_is_told_of_a_scale_with_a_margin_only():
    assert "Equivalence" not in [one["label"] for one in primary(sample_reading())["figures"]]
    told = primary(
        sample_reading(primary="deescalation_intentions", margins={"deescalation_intentions": 0.2})
    )
    [figure] = [one for one in told["figures"] if one["label"] == "Equivalence"]
    assert figure["value"] == "Within the margin"
    assert "±0.20" in figure["note"]


def test_reliable_change_is_shares_of_all_pairs():
    parts = primary(sample_reading())["reliable"]["parts"]
    assert [part["n"] for part in parts] == [15, 69, 34]
    assert sum(part["share"] for part in parts) == 100


def test_hidden_counts_of_reliable_change_say_why():
    report = sample_report()
    hide(_change(report)["reliable"])
    assert primary(sample_reading(report))["reliable"] == {"reason": FEW}


def test_surveys_that_ask_different_things_are_not_compared():
    report = sample_report()
    hide(_change(report))
    del _change(report)["suppressed"]
    _change(report)["comparable"] = False
    assert "different things" in primary(sample_reading(report))["reason"]
