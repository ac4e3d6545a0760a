from lms.dashboards.results.flags import flags
from tests.reports import sample_reading, sample_report


def test_a_scale_out_of_bounds_is_named_with_its_surveys():
    told = flags(sample_reading())
    assert len(told) == 3
    assert told[-1].startswith("Opinions about treatment: alpha is below .70 in “Before")
    assert any("more than 15% stand at the highest score" in one for one in told)


def test_exactly_at_a_bound_is_within_it():
    report = sample_report()
    for scale in report["scales"].values():
        for row in scale["reliability"].values():
            row["alpha"] = 0.7
        for row in scale["waves"].values():
            row["ceiling_percent"] = row["floor_percent"] = 15.0
    assert flags(sample_reading(report)) == []


def test_a_hidden_alpha_is_no_fault():
    report = sample_report()
    for scale in report["scales"].values():
        for row in scale["reliability"].values():
            row.update(alpha=None, suppressed="few")
        for row in scale["waves"].values():
            row.update(ceiling_percent=None, floor_percent=None)
    assert flags(sample_reading(report)) == []
