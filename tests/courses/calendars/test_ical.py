"""Invitations and feeds say the same to every calendar, on both days on which the clocks change."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from courses.calendars.days import Day, Item, Role
from courses.calendars.ical import Entry, Party, feed, invitation
from tests.courses.calendars.readers import by_ical, by_icalendar, by_thunderbird

BOSTON = "America/New_York"
OFFICE = Party("training@example.org", "CIT Training Portal")
ROSA = Party("rosa@example.org", 'Rosa "Rosie" Núñez, Sgt.; EMT')
SUMMER_BEGINS, SUMMER_ENDS = date(2027, 3, 14), date(2026, 11, 1)
NOTE = "8 a.m. to 8:30 a.m. Welcome (Hall)\n\nhttps://a.example/learn/"
LONG = "Crisis Intervention: über-long title, with; commas\\ and 東京 " * 4


def at(day: date, hour: int, zone: str = BOSTON) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def entry(day: date = date(2026, 11, 30), hours=(8, 17), zone: str = BOSTON, **changes) -> Entry:
    starts, ends = (at(day, hour, zone) for hour in hours)
    plan = (Item("Welcome", starts, starts + timedelta(minutes=30), "Hall"),)
    plan += (Item("Psychosis", starts + timedelta(minutes=30), ends, "Room 2"),)
    told = Day(f"uid-{day}-{zone}", "CIT-1", "CIT", Role.ATTENDS, zone, plan)
    fresh = Entry(told, 0, "CIT, 40 hours", at(date(2026, 10, 1), 9), NOTE)
    return replace(fresh, **changes)


def sent(one: Entry) -> bytes:
    return invitation(one, organizer=OFFICE, attendee=ROSA)


@pytest.fixture(scope="module")
def read():
    """An invitation as each of the three reads it."""
    text = sent(entry(sequence=3, summary=LONG))
    return by_icalendar(text)[0], by_ical(text).events[0], by_thunderbird(text)


def test_all_three_read_the_same_event(read):
    ours, strict, (theirs,) = read[0], read[1], read[2]["events"]
    starts = at(date(2026, 11, 30), 8)
    assert ours["UID"] == strict.uid == theirs["uid"]
    assert ours["SEQUENCE"] == strict.sequence == theirs["sequence"] == 3
    assert ours["SUMMARY"] == strict.summary == theirs["summary"] == LONG
    assert ours["DESCRIPTION"] == strict.description == theirs["description"]
    assert ours["DTSTART"].dt.astimezone(UTC) == strict.dtstart.astimezone(UTC) == starts
    assert theirs["starts"] == "2026-11-30T13:00:00.000Z"
    assert theirs["ends"] == "2026-11-30T22:00:00.000Z"


def test_its_text_keeps_its_lines_and_its_places_stand_apart(read):
    assert str(read[0]["DESCRIPTION"]) == NOTE
    assert read[0]["LOCATION"] == "Hall; Room 2"


def test_it_asks_one_person_and_no_answer(read):
    theirs = read[2]["events"][0]
    assert read[2]["method"] == "REQUEST"
    assert theirs["organizer"] == "mailto:training@example.org"
    assert theirs["attendees"] == ["mailto:rosa@example.org"]
    assert read[0]["ATTENDEE"].params["RSVP"] == "FALSE"


def test_a_cancellation_cancels():
    text = sent(entry(sequence=4, cancelled=True))
    found = by_thunderbird(text)
    assert (found["method"], found["events"][0]["status"]) == ("CANCEL", "CANCELLED")
    assert by_ical(text).events[0].status == "CANCELLED"
    assert by_icalendar(text)[0]["SEQUENCE"] == 4


@pytest.mark.parametrize("day", [SUMMER_BEGINS, SUMMER_ENDS], ids=["spring", "autumn"])
@pytest.mark.parametrize("hours", [(0, 8), (8, 17)], ids=["across the change", "after it"])
def test_wall_times_hold_when_the_clocks_change(day, hours):
    text = sent(entry(day, hours))
    starts, ends = (at(day, hour) for hour in hours)
    (theirs,) = by_thunderbird(text)["events"]
    assert theirs["starts"] == f"{starts:%Y-%m-%dT%H:%M:%S.000Z}"
    assert theirs["ends"] == f"{ends:%Y-%m-%dT%H:%M:%S.000Z}"
    assert by_ical(text).events[0].end.astimezone(UTC) == ends
    (ours,) = by_icalendar(text)
    assert (ours["DTSTART"].dt.hour, ours["DTEND"].dt.hour) == hours


def test_wall_times_come_with_the_rules_of_their_zone():
    text = sent(entry(SUMMER_BEGINS)).decode()
    assert "DTSTART;TZID=America/New_York:20270314T080000" in text
    zone = text[text.index("BEGIN:VTIMEZONE") : text.index("END:VTIMEZONE")]
    assert "BEGIN:DAYLIGHT" in zone
    assert "BEGIN:STANDARD" in zone
    assert "1970" not in zone


def test_lines_are_short_and_end_as_they_must():
    lines = sent(entry(summary=LONG)).split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert not any(b"\n" in line for line in lines)


def test_a_feed_holds_days_of_several_zones_and_years_and_nothing_cancelled():
    days = [
        entry(SUMMER_ENDS),
        entry(SUMMER_BEGINS, zone="America/Chicago"),
        entry(date(2027, 6, 7), cancelled=True),
    ]
    text = feed(days, name="My classes")
    found = by_thunderbird(text)
    assert [one["zone"] for one in found["events"]] == [BOSTON, "America/Chicago"]
    assert found["events"][1]["starts"] == "2027-03-14T13:00:00.000Z"
    assert len(by_ical(text).events) == len(by_icalendar(text)) == 2


def test_an_empty_feed_is_a_calendar():
    text = feed([], name="My classes")
    assert by_thunderbird(text)["events"] == []
    assert by_ical(text).events == by_icalendar(text) == []


def test_what_people_write_cannot_add_lines():
    text = sent(entry(summary="A\r\nATTENDEE:mailto:eve@example.org\r\nX:"))
    assert b"\r\nATTENDEE:mailto:eve" not in text
    assert by_thunderbird(text)["events"][0]["attendees"] == ["mailto:rosa@example.org"]


def test_what_cannot_be_printed_is_left_out():
    bad = entry(summary="Wel\x07come\x1b", note="One\x08\nTwo\x0b")
    text = invitation(bad, organizer=Party("a@example.org", "Of\x08fice"), attendee=ROSA)
    assert not set(text) & (set(range(32)) - set(b"\r\n"))
    assert b"SUMMARY:Welcome\r\n" in text
    assert b"DESCRIPTION:One\\nTwo\r\n" in text
