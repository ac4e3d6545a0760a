from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.planning import (
    Hours,
    OnlinePart,
    Plan,
    PlanError,
    PlannedSession,
    Teacher,
    plan_from_json,
    plan_to_json,
)

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(
    lambda naive: naive.replace(tzinfo=UTC)
)
TEACHERS = st.builds(
    Teacher,
    part=st.sampled_from(["officer", "clinician"]),
    person=st.integers(1, 10**6),
    name=st.text(max_size=20),
    credential=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
)
SESSIONS = st.builds(
    PlannedSession,
    module=st.text(min_size=1, max_size=20),
    starts_at=MOMENTS,
    ends_at=MOMENTS,
    venue=st.integers(1, 10**6),
    teachers=st.lists(TEACHERS, max_size=3).map(tuple),
    place=st.text(max_size=20),
)
PLANS = st.builds(
    Plan,
    sessions=st.lists(SESSIONS, max_size=4).map(tuple),
    online=st.lists(st.builds(OnlinePart, st.text(max_size=9), st.dates()), max_size=3).map(tuple),
    hours=st.builds(Hours, starts=st.times(), lunch_from=st.times(), ends=st.times()),
)


@given(PLANS)
def test_a_plan_is_read_back_as_it_was_written(plan: Plan) -> None:
    assert plan_from_json(plan_to_json(plan)) == plan


@pytest.mark.parametrize("key", ["hours", "sessions", "online"])
def test_what_is_no_plan_is_refused(key: str) -> None:
    document = plan_to_json(
        Plan(online=(OnlinePart("law", date(2027, 1, 1)),), hours=Hours(time(9)))
    )
    with pytest.raises(PlanError):
        plan_from_json(document | {key: "?"})
