from lms.dashboards.results.methods import methods
from tests.reports import older_report, sample_reading, sample_report, sample_vintage


def test_it_is_one_plain_paragraph_with_all_that_a_reader_of_a_paper_needs():
    text = methods(sample_reading(), sample_vintage())
    assert "\n" not in text
    assert "<" not in text
    for wanted in (
        "n = 171",
        "118 answered the first two",
        "at least 4 answered",
        "Holm",
        "±0.2",
        "noncentral t",
        "fewer than 10 people",
        "Vintage 3 of",
        "scipy 1.17",
        "SAMPLE-0000",
    ):
        assert wanted in text, wanted


def test_estimators_are_named():
    text = methods(sample_reading(), sample_vintage())
    for wanted in ("CR1", "DerSimonian and Laird", "Hartung and Knapp", "noncentral t"):
        assert wanted in text, wanted
    assert "within each pair of surveys" in text
    assert "Intervals are not adjusted." in text


def test_an_imported_file_is_not_told_as_sealed_and_declared():
    text = methods(sample_reading(courses=[]), sample_vintage())
    assert "two keys" not in text
    assert "in advance" not in text
    assert "participant column" in text


def test_an_anonymous_study_is_matched_by_the_codes_that_people_made():
    text = methods(sample_reading(linking="anonymous"), sample_vintage())
    assert "two keys" not in text
    assert "codes that people made" in text


def test_it_names_only_what_was_done():
    text = methods(sample_reading(older_report()), sample_vintage(older_report()))
    for word in ("REML", "Morris", "Welch", "CR1", "pooled", "Hartung"):
        assert word not in text


def test_what_the_page_hides_is_not_told_here_either():
    report = sample_report()
    report["flow"][1].update(n=None, n_paired_with_first=None, suppressed="few")
    text = methods(sample_reading(report), sample_vintage(report))
    assert "126" not in text
    assert "118" not in text
    assert "hidden" in text
