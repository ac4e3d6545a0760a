from lms.dashboards.results.primary import primary
from tests.reports import FEW, hide, sample_reading, sample_report


def _change(report):
    return report["scales"]["self_efficacy"]["changes"][0]


def test_one_sentence_has_who_how_much_and_its_interval_and_p_comes_last():
    sentence = primary(sample_reading())["sentence"]
    assert sentence.startswith("Among the 118 people who answered both surveys")
    assert "0.31 points higher" in sentence
    assert "+0.19 to +0.43 points" in sentence
    assert sentence.index("points") < sentence.index("d_z") < sentence.index("p\xa0<\xa0.001")
    assert sentence.endswith("p\xa0<\xa0.001.")


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
