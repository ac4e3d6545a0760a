"""Well-known data through the portal's own commands: every number of a report is R's."""

import pytest

from tests.references.comparing import Compared, compare
from tests.references.reports import bring_in, digest, everything, printed, reference
from tests.references.sets import SETS

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


@pytest.mark.parametrize("name", SETS)
def test_every_number_is_the_one_that_r_gives(name, tmp_path):
    told, study = reference(name), bring_in(name, tmp_path)
    assert told["responses_sha256"] == digest(name), (
        "R has read other data: make the reference anew"
    )
    for report in (printed(study), everything(study)):
        compared = compare(report, told["report"])
        assert [one for one in compared if not one.agrees] == []
        assert sum(one.ours is not None for one in compared) > 10


def test_a_number_that_r_does_not_give_is_found():
    ours = {"scales": {"gain": {"changes": [{"from": "a", "to": "b", "t": 2.5, "new": 1.0}]}}}
    theirs = {"scales": {"gain": {"changes": [{"from": "a", "to": "b", "t": 2.5}]}}}
    assert [one.place for one in compare(ours, theirs) if not one.agrees] == [
        "scales.gain.changes.a b.new"
    ]


@pytest.mark.parametrize(
    ("place", "ours", "agrees"),
    [
        ("scales.gain.changes.a b.t", 2.5 + 1e-8, False),
        ("scales.gain.changes.a b.t", 2.5 + 1e-10, True),
        ("scales.gain.mixed.sd_person", 2.5 + 1e-5, True),
        ("scales.gain.mixed.sd_person", 2.5 + 1e-3, False),
        ("scales.gain.changes.a b.t", None, False),
    ],
)
def test_closed_forms_are_held_to_nine_digits_and_fits_to_four(place, ours, agrees):
    assert Compared(place, ours, 2.5).agrees is agrees


def test_a_number_hidden_is_left_out_and_one_that_does_not_exist_is_not():
    ours = {"mean": None, "suppressed": "few", "wilcoxon": {"p": None}}
    assert [one.place for one in compare(ours, {"mean": 1.0, "wilcoxon": {"p": 0.5}})] == [
        "wilcoxon.p"
    ]


def test_bins_hold_what_r_counts_in_them():
    values = [[1.0, 3], [1.5, 4], [2.0, 9]]
    right = {"bins": [{"low": 1.0, "high": 1.5, "n": 7}, {"low": 2.0, "high": 2.0, "n": 9}]}
    assert all(one.agrees for one in compare(right, {"values": values}))
    short = {"bins": [{"low": 1.0, "high": 1.5, "n": 7}]}
    assert [one.place for one in compare(short, {"values": values}) if not one.agrees] == [
        "bins.all"
    ]
