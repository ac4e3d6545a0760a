from lms.dashboards.results.changes import change_table, pairs
from tests.reports import hide, older_report, sample_reading, sample_report


def test_the_scales_stand_in_the_instruments_order_however_they_are_stored():
    report = sample_report()
    report["scales"] = dict(reversed(report["scales"].items()))
    reading = sample_reading(report)
    titles = [
        row[0]["text"] for row in change_table(reading, reading.declared, "pre", "post")["rows"]
    ]
    assert titles == [
        "Social distance",
        "Self-efficacy on crisis calls (main)",
        "De-escalation intentions",
    ]


def test_the_family_and_the_exploratory_scales_stand_apart_with_their_own_adjustment():
    reading = sample_reading()
    assert reading.exploratory == ["treatment_opinions"]
    family, others = pairs(reading, reading.declared)[0], pairs(reading, reading.exploratory)[0]
    assert family["table"]["columns"][-1]["label"] == "p (Holm)"
    assert others["table"]["columns"][-1]["label"] == "p (BH)"
    assert [row.label for row in others["charts"][0].wide.rows] == ["Opinions about treatment"]


def test_without_exploratory_scales_there_is_no_such_part():
    reading = sample_reading(
        family=[
            "self_efficacy",
            "treatment_opinions",
            "social_distance",
            "deescalation_intentions",
        ],
        exploratory=[],
    )
    assert pairs(reading, reading.exploratory) == []


def test_an_equivalence_table_is_there_only_where_a_margin_was_declared():
    reading = sample_reading()
    captions = [one["caption"] for one in pairs(reading, reading.declared)[0]["more"]]
    assert captions[-1] == "Equivalence"
    bare = sample_reading(margins={})
    assert len(pairs(bare, bare.declared)[0]["more"]) == len(captions) - 1


def test_robust_intervals_stand_beside_the_plain_ones():
    reading = sample_reading()
    [table] = [
        one for one in pairs(reading, reading.declared)[0]["more"] if "cohorts" in one["caption"]
    ]
    row = next(row for row in table["rows"] if "main" in row[0]["text"])
    assert [cell["text"] for cell in row[1:]] == [
        "5",
        "0.03",
        "1.44",
        "+0.19 to +0.43",
        "+0.11 to +0.51",
        ".021",
    ]


def main_row(table):
    return next(row for row in table["rows"] if "main" in row[0]["text"])


def test_the_table_and_the_dots_have_the_wider_interval_and_its_p():
    report = sample_report()
    change = report["scales"]["self_efficacy"]["changes"][0]
    change["cluster"] |= {"ci_low": -0.02, "ci_high": 0.64, "p": 0.06}
    reading = sample_reading(report)
    pair = pairs(reading, reading.declared)[0]
    row = main_row(pair["table"])
    assert [cell["text"] for cell in row[-2:]] == ["−0.02 to +0.64", ".063"]
    dot = next(row for row in pair["charts"][0].wide.rows if row.primary)
    assert dot.hollow
    assert dot.low_text == "−0.02"
    assert pair["intervals"] == "Intervals and p values allow for cohorts."


def test_scales_whose_interval_takes_people_as_independent_are_named():
    report = sample_report()
    hide(report["scales"]["social_distance"]["changes"][0]["cluster"])
    reading = sample_reading(report)
    assert "except on Social distance:" in pairs(reading, reading.declared)[0]["intervals"]
    older = sample_reading(older_report())
    assert "people as independent" in pairs(older, older.declared)[0]["intervals"]
