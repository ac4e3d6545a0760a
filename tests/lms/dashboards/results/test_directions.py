from lms.dashboards.results.directions import directions
from tests.reports import sample_reading


def test_it_is_said_of_each_scale_which_direction_is_better():
    reading = sample_reading()
    told = directions(reading, reading.declared)
    higher, lower = told.split(". ")
    assert higher.startswith("Higher is better on ")
    assert "Self-efficacy on crisis calls" in higher
    assert lower == f"Lower is better on {reading.title('social_distance')}."


def test_without_scales_nothing_is_said():
    assert directions(sample_reading(), []) == ""
