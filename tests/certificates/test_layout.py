from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates import layout
from certificates.drawing import FONTS
from certificates.layout import hours_text, lay_out
from certificates.snapshot import Instructor, Signatory
from certificates.typesetting import DoesNotFit

# Basic Latin letters, Latin-1, Latin Extended-A, and the Vietnamese block of precomposed letters.
LETTERS = [chr(c) for c in (*range(0xC0, 0x180), *range(0x1EA0, 0x1EFA)) if chr(c).isalpha()]
LATIN = st.sampled_from([*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ '-.", *LETTERS])
names = st.text(LATIN, min_size=1, max_size=80).filter(lambda text: text.strip())

Rectangle = tuple[float, float, float, float]


def rectangles(sheet: layout.Sheet) -> list[tuple[str, Rectangle]]:
    marks = [("QR code", layout.QR_TILE), ("mark", layout.MARK)]
    rules = [("rule", (rule.left, rule.y - 0.4, rule.right, rule.y + 0.4)) for rule in sheet.rules]
    return [*marks, *rules, *((box.field, box.rectangle) for box in sheet.texts)]


def collisions(sheet: layout.Sheet) -> list[tuple[str, str]]:
    """Pairs of things on the sheet that overlap by more than rounding."""
    return [
        (one, other)
        for (one, a), (other, b) in combinations(rectangles(sheet), 2)
        if min(a[2], b[2]) - max(a[0], b[0]) > 0.01 and min(a[3], b[3]) - max(a[1], b[1]) > 0.01
    ]


def outside(sheet: layout.Sheet) -> list[str]:
    left, bottom, right, top = layout.FRAME
    return [
        field
        for field, box in rectangles(sheet)
        if box[0] < left or box[1] < bottom or box[2] > right or box[3] > top
    ]


def text_of(sheet: layout.Sheet, field: str) -> str:
    return " ".join(box.text for box in sheet.texts if box.field == field)


@settings(max_examples=150, deadline=None)
@given(names)
def test_no_name_makes_anything_overlap_or_leave_the_frame(snapshot, name):
    sheet = lay_out(snapshot(person_name=name), fonts=FONTS)
    assert collisions(sheet) == []
    assert outside(sheet) == []


@settings(max_examples=100, deadline=None)
@given(names, names, names, names, st.integers(1, 5000), st.integers(0, 30))
def test_nothing_overlaps_when_everything_is_long(
    snapshot, person, agency, title, other, minutes, taught
):
    sheet = lay_out(
        snapshot(
            person_name=person,
            agency_name=agency,
            course_title=f"{title} {other}",
            credited_minutes=minutes,
            delivery=other,
            starts_on=date(2025, 12, 28),
            ends_on=date(2026, 9, 30),
            instructors=(Instructor(other, "clinician", person),) * taught,
            signatories=(Signatory(person, agency), Signatory(other, title)),
            issuer_name=agency,
        ),
        fonts=FONTS,
    )
    assert collisions(sheet) == []
    assert outside(sheet) == []


def test_the_checker_of_overlaps_finds_one(snapshot):
    sheet = lay_out(snapshot(), fonts=FONTS)
    doubled = layout.Sheet(sheet.texts + sheet.texts[2:3], sheet.rules)
    assert collisions(doubled) == [("person_name", "person_name")]


def test_every_field_of_the_snapshot_stands_on_the_sheet(snapshot):
    sheet = lay_out(snapshot(), fonts=FONTS)
    written = " ".join(box.text for box in sheet.texts)
    for text in (
        "Renée Alvarez",
        "Boston Police Department",
        "Crisis Intervention Team: 40-hour training",
        "CIT-40, version 1 · Cohort CIT-2026-03",
        "March 2 to 6, 2026",
        "40 hours",
        "Classroom",
        "Sgt. Maria Reyes, police (CIT instructor); Kelechi Okafor, clinician (LICSW);",
        "Sofia Marques, clinician",
        "Issued March 9, 2026",
        "Valid until March 8, 2029",
        "CIT Training and Technical Assistance Center",
        "Capt. Eleanor Whitcombe Commander, Street Outreach Unit",
        "Dr. Samuel Adeyemi Clinical Director",
        "Training year 2025-2026",
        f"Certificate number {snapshot().code}",
        f"Check it at {snapshot().verify_url}",
    ):
        assert text in written


def test_a_credential_without_an_end_says_so(snapshot):
    sheet = lay_out(snapshot(expires_on=None), fonts=FONTS)
    assert text_of(sheet, "expires_on") == "Does not expire"


def test_instructors_without_room_are_counted_and_not_dropped_in_silence(snapshot):
    people = tuple(Instructor(f"Instructor Number {n}", "police", "CIT") for n in range(200))
    taught = text_of(lay_out(snapshot(instructors=people), fonts=FONTS), "instructors")
    shown = taught.count("Instructor Number")
    assert 0 < shown < 200
    assert taught.endswith(f"and {200 - shown} more, named at the address below")


def test_a_sheet_without_instructors_has_no_empty_heading(snapshot):
    sheet = lay_out(snapshot(instructors=()), fonts=FONTS)
    assert "Taught by" not in [box.text for box in sheet.texts]


def test_an_instructor_longer_than_the_room_is_refused(snapshot):
    with pytest.raises(DoesNotFit, match="instructors"):
        lay_out(snapshot(instructors=(Instructor("Ann " * 2000),)), fonts=FONTS)


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 3, 2), date(2026, 3, 2), "March 2, 2026"),
        (date(2026, 3, 2), date(2026, 3, 6), "March 2 to 6, 2026"),
        (date(2026, 3, 30), date(2026, 4, 3), "March 30 to April 3, 2026"),
        (date(2025, 12, 29), date(2026, 1, 2), "December 29, 2025 to January 2, 2026"),
    ],
)
def test_dates_are_written_in_words(snapshot, first, last, text):
    sheet = lay_out(snapshot(starts_on=first, ends_on=last), fonts=FONTS)
    assert text_of(sheet, "dates") == text


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (2400, "40 hours"),
        (60, "1 hour"),
        (450, "7.5 hours"),
        (90, "1.5 hours"),
        (140, "2 hours 20 minutes"),
        (61, "1 hour 1 minute"),
        (45, "45 minutes"),
        (30, "30 minutes"),
    ],
)
def test_credited_minutes_are_written_as_hours(minutes, text):
    assert hours_text(minutes) == text
