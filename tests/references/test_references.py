"""Well-known data through the portal's own commands: every number of a report is R's."""

import re

import pytest

from tests.references import table
from tests.references.comparing import Compared, compare, without_merged
from tests.references.reports import bring_in, digest, everything, printed, reference
from tests.references.sets import SETS

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


COMPARED: dict[str, list[Compared]] = {}
"""What was compared with nothing hidden, so that the table need not bring everything in again."""


@pytest.mark.parametrize("name", SETS)
def test_every_number_is_the_one_that_r_gives(name, tmp_path):
    told, study = reference(name), bring_in(name, tmp_path)
    assert told["responses_sha256"] == digest(name), (
        "R has read other data: make the reference anew"
    )
    shown = compare(without_merged(printed(study), told["report"]), told["report"])
    COMPARED[name] = compare(everything(study), told["report"])
    for compared in (shown, COMPARED[name]):
        assert [one for one in compared if not one.agrees] == []
        assert sum(one.ours is not None for one in compared) > 10


def test_the_table_of_the_docs_holds_the_numbers_as_they_are(tmp_path):
    for name in [name for name in SETS if name not in COMPARED]:
        COMPARED[name] = compare(everything(bring_in(name, tmp_path)), reference(name)["report"])
    made = table.text({name: COMPARED[name] for name in SETS})
    table.rewrite(made)
    assert without_bounds(table.stored()) == without_bounds(made)


def without_bounds(text: str) -> str:
    """How much dust there is differs between machines; how much may be is held above."""
    return re.sub(r"\| \d+e-\d+ ", "| ", text)


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
    theirs = {"mean": 1.0, "wilcoxon": {"p": 0.5}}
    hidden = {"mean": None, "suppressed": "few", "wilcoxon": {"p": None}}
    assert compare(hidden, theirs) == []
    lost = {"mean": 1.0, "wilcoxon": {"p": None}}
    assert [one.place for one in compare(lost, theirs) if not one.agrees] == ["wilcoxon.p"]


def test_bins_hold_what_r_counts_in_them():
    values = [[1.0, 3], [1.5, 4], [2.0, 9]]
    right = {"bins": [{"low": 1.0, "high": 2.0, "n": 7}, {"low": 2.0, "high": 5.0, "n": 9}]}
    assert all(one.agrees for one in compare(right, {"values": values}))
    short = {"bins": [{"low": 1.0, "high": 1.5, "n": 7}]}
    assert not any(one.agrees for one in compare(short, {"values": values}))
