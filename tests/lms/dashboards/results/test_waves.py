from assessments.small_cells import SMALL_CELL
from lms.dashboards.results.waves import waves_table
from tests.reports import sample_reading, sample_report


def ends_of_first_row(**figures):
    report = sample_report()
    report["scales"]["self_efficacy"]["waves"]["pre"].update(figures)
    rows = waves_table(sample_reading(report))["rows"]
    [row] = [
        r for r in rows if r[0]["text"].endswith("(main)") and r[1]["text"].startswith("Before")
    ]
    return row[5:]


def test_the_ends_are_shares():
    assert [cell["text"] for cell in ends_of_first_row()] == ["1%", "2%"]


def test_hidden_ends_say_why():
    [both] = ends_of_first_row(floor_percent=None, ceiling_percent=None, suppressed=SMALL_CELL)
    assert both["span"] == 2
    assert both["text"].startswith("Not shown: ")
    floor, ceiling = ends_of_first_row(floor_percent=None, suppressed=SMALL_CELL)
    assert floor["text"].startswith("Not shown: ")
    assert ceiling["text"] == "2%"
