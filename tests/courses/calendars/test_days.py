"""A person's sessions become days; a day that moves stays the same event."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from courses.calendars.days import Meeting, Role, day_from_json, day_to_json, days_of

MONDAY = datetime(2026, 11, 30, 13, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def meeting(key: str, starts_at: datetime = MONDAY, **changes) -> Meeting:
    fields = {
        "key": key,
        "cohort": "CIT-1",
        "course": "CIT",
        "module": f"Module {key}",
        "role": Role.ATTENDS,
        "starts_at": starts_at,
        "ends_at": starts_at + HOUR,
        "zone": "America/New_York",
        "place": "Hall",
    }
    return Meeting(**(fields | changes))


def uids(*args) -> list[str]:
    return [day.uid for day in days_of(*args)]


def test_a_week_is_an_event_for_each_day():
    week = [
        meeting(f"{day}{hour}", MONDAY + day * DAY + hour * HOUR)
        for day in range(5)
        for hour in range(5)
    ]
    days = days_of(week)
    assert [day.uid for day in days] == ["00", "10", "20", "30", "40"]
    assert (days[0].starts_at, days[0].ends_at) == (MONDAY, MONDAY + 5 * HOUR)


def test_a_day_is_that_of_the_place_also_past_midnight():
    late = [
        meeting("a", MONDAY + 14 * HOUR),
        meeting("b", MONDAY + 15 * HOUR),
        meeting("c", MONDAY + 16 * HOUR),
    ]
    assert uids(late) == ["a", "c"]


def test_classes_and_what_one_does_in_them_are_kept_apart():
    assert len(days_of([meeting("a"), meeting("b", cohort="CIT-2")])) == 2
    assert len(days_of([meeting("a"), meeting("b", role=Role.TEACHES)])) == 2


def test_a_session_put_before_the_first_leaves_the_event_its_id():
    assert uids([meeting("a"), meeting("new", MONDAY - HOUR)], {"a"}) == ["a"]


def test_a_day_takes_its_id_along_when_it_moves():
    moved = [meeting("a", MONDAY + 7 * DAY), meeting("b", MONDAY + 7 * DAY + HOUR)]
    assert uids(moved, {"a"}) == ["a"]


def test_places_are_named_once_in_the_order_of_the_day():
    (day,) = days_of(
        [meeting("a"), meeting("b", MONDAY + HOUR, place="Lab"), meeting("c", MONDAY + 2 * HOUR)]
    )
    assert day.places == ("Hall", "Lab")


@given(
    st.lists(
        st.tuples(st.uuids(), st.integers(0, 2000), st.sampled_from(Role)),
        unique_by=lambda one: one[0],
    ),
    st.data(),
)
def test_every_session_is_in_one_day_and_no_two_days_share_an_id(drawn, data):
    meetings = [meeting(str(key), MONDAY + n * HOUR, role=role) for key, n, role in drawn]
    keys = [one.key for one in meetings]
    told = set(data.draw(st.lists(st.sampled_from(keys)))) if keys else set()
    days = days_of(meetings, told)
    assert len({day.uid for day in days}) == len(days)
    assert sorted(item.module for day in days for item in day.items) == sorted(
        one.module for one in meetings
    )
    assert all(day_from_json(day_to_json(day)) == day for day in days)
