import json
import unicodedata
from datetime import date

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from certificates.snapshot import (
    Instructor,
    Signatory,
    Snapshot,
    UnprintableText,
    training_year_of,
)

printable = st.text(
    st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"]), max_size=40
)
names = printable.filter(lambda text: text.strip())
days = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))


@given(names, printable, st.lists(st.builds(Instructor, names, printable, printable)), days)
def test_json_gives_the_same_snapshot_back(snapshot, person, agency, instructors, expires_on):
    before = snapshot(
        person_name=person,
        agency_name=agency,
        instructors=tuple(instructors),
        issued_on=date(2000, 1, 1),
        expires_on=expires_on,
    )
    assert Snapshot.from_json(before.to_json()) == before


def test_a_credential_without_an_end_survives_json(snapshot):
    assert Snapshot.from_json(snapshot(expires_on=None).to_json()).expires_on is None


def test_the_json_text_does_not_depend_on_how_it_was_stored(snapshot):
    stored = json.dumps(json.loads(snapshot().to_json()))
    assert Snapshot.from_json(stored).to_json() == snapshot().to_json()


def test_json_of_another_format_is_refused(snapshot):
    document = json.loads(snapshot().to_json()) | {"format": 99}
    with pytest.raises(ValueError, match="format 1"):
        Snapshot.from_json(json.dumps(document))


@pytest.mark.parametrize("change", [{"delivery": None}, {"grade": "A"}])
def test_json_with_a_missing_or_unknown_field_is_refused(snapshot, change):
    document = json.loads(snapshot().to_json()) | change
    document = {field: value for field, value in document.items() if value is not None}
    with pytest.raises(ValueError, match="missing from the snapshot, or unknown"):
        Snapshot.from_json(json.dumps(document))


def test_texts_are_composed_and_have_single_spaces(snapshot):
    decomposed = unicodedata.normalize("NFD", "Gżegżółka")
    found = snapshot(
        person_name=f"  Łucja \N{NO-BREAK SPACE} {decomposed} ",
        instructors=(Instructor(decomposed),),
    )
    assert found.person_name == "Łucja Gżegżółka"
    assert found.instructors[0].name == "Gżegżółka"


@pytest.mark.parametrize(
    "character",
    ["\0", "\n", "\t", "\x7f", "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{ZERO WIDTH SPACE}", "\ue000"],
)
@pytest.mark.parametrize(
    "fields",
    [
        lambda text: {"person_name": text},
        lambda text: {"instructors": (Instructor("Ann", credential=text),)},
        lambda text: {"signatories": (Signatory("Ann", text), Signatory("Bo", "Director"))},
    ],
)
def test_what_cannot_be_printed_is_refused_with_its_code_point(snapshot, fields, character):
    with pytest.raises(UnprintableText, match=f"U\\+{ord(character):04X}"):
        snapshot(**fields(f"Ann{character}Lee"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"person_name": " "}, "person_name is empty"),
        ({"code": ""}, "code is empty"),
        ({"credited_minutes": 0}, "credited_minutes must be positive"),
        ({"ends_on": date(2026, 3, 1)}, "lies before starts_on"),
        ({"expires_on": date(2026, 3, 8)}, "before its issue"),
        ({"signatories": (Signatory("Ann", "Director"),)}, "two signatories, not 1"),
    ],
)
def test_what_cannot_be_true_is_refused(snapshot, changes, message):
    with pytest.raises(ValueError, match=message):
        snapshot(**changes)


def test_a_text_that_would_change_with_the_language_is_refused(snapshot):
    with pytest.raises(TypeError, match="delivery is no text"):
        snapshot(delivery=gettext_lazy("Classroom"))


def test_people_are_given_as_rows_of_their_kind(snapshot):
    with pytest.raises(TypeError, match="no Instructor"):
        snapshot(instructors=("Staff",))


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2026, 6, 30), "2025-2026"),
        (date(2026, 7, 1), "2026-2027"),
        (date(2026, 12, 31), "2026-2027"),
        (date(2027, 1, 1), "2026-2027"),
    ],
)
def test_a_training_year_runs_from_july_to_june(day, year):
    assert training_year_of(day) == year
