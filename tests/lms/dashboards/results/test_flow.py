from lms.dashboards.results.attrition import attrition
from lms.dashboards.results.flow import flow, share
from tests.reports import hide, older_report, sample_reading, sample_report


def notes(report=None):
    return [step["note"] for step in flow(sample_reading(report))]


def test_those_not_asked_yet_stand_beside_those_who_answered_both():
    assert "of the 171 people of “Before the training” who were asked again" in notes()
    later = "of the 126 people of “Before the training” who were asked again"
    assert f"{later}; 45 more were not asked yet" in notes()


def test_an_older_report_tells_no_share_of_those_asked():
    assert not any("asked" in note for note in notes(older_report()))
    assert share(sample_reading(older_report())) is None


def test_the_share_is_of_everybody_enrolled_where_everybody_was_asked_again():
    told = share(sample_reading())
    assert told["bold"] == "118 of 212 people enrolled, or 56%, are compared below."
    assert told["rest"] == "The other 94 may differ from them."


def test_the_share_is_else_of_those_of_the_first_survey_who_were():
    report = sample_report()
    report["attrition"][0] |= {"n_first": 141, "n_lost": 23, "n_not_asked": 30}
    told = share(sample_reading(report))
    assert "118 of 141 people who answered first and were asked again" in told["bold"]
    assert told["rest"] == "The other 23 may differ from them. 30 more were not asked yet."


def test_no_share_where_it_is_hidden_who_was_asked():
    report = sample_report()
    hide(report["attrition"][0])
    assert share(sample_reading(report)) is None


def test_the_lost_are_counted_among_those_asked():
    later = attrition(sample_reading())[1]["sentence"]
    assert later.startswith("52 of the 126 people who answered “Before the training” and were")
    assert later.endswith("45 more were not asked yet.")


def test_an_older_report_does_not_call_everybody_lost():
    report = sample_report()
    del report["attrition"][1]["n_not_asked"]
    assert attrition(sample_reading(report))[1]["sentence"].endswith("or were not asked yet.")
