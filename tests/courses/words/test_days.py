"""Mails and calendars say hours as pages do."""

from dataclasses import replace
from datetime import UTC, datetime

from courses.calendars.days import Day, Item, Role
from courses.words.days import change_lines, day_line, plan_lines

HALL = Item(
    "Welcome",
    datetime(2026, 11, 30, 13, tzinfo=UTC),
    datetime(2026, 11, 30, 13, 30, tzinfo=UTC),
    "Hall",
)
ROOM = Item(
    "Psychosis",
    datetime(2026, 11, 30, 13, 30, tzinfo=UTC),
    datetime(2026, 11, 30, 17, tzinfo=UTC),
    "Room 2",
)
DAY = Day("uid", "CIT-1", "CIT", Role.ATTENDS, "America/New_York", (HALL, ROOM))


def test_the_plan_of_a_day_names_the_places_where_there_are_several():
    assert plan_lines(DAY) == [
        "8 a.m. to 8:30 a.m. Welcome (Hall)",
        "8:30 a.m. to noon Psychosis (Room 2)",
    ]
    assert plan_lines(replace(DAY, items=(HALL,))) == ["8 a.m. to 8:30 a.m. Welcome"]


def test_a_day_is_a_line_with_its_hours_and_places():
    assert day_line(DAY) == "Monday, November 30, 8 a.m. to noon, Hall, Room 2"


def test_what_moves_within_a_day_is_named():
    later = replace(ROOM, ends_at=datetime(2026, 11, 30, 18, tzinfo=UTC))
    assert change_lines(DAY, replace(DAY, items=(HALL, later))) == [
        "Now Monday, November 30, 8 a.m. to 1 p.m., Hall, Room 2."
        " Was Monday, November 30, 8 a.m. to noon, Hall, Room 2. Of that day:",
        "- 8:30 a.m. to 1 p.m. Psychosis, Room 2",
    ]
