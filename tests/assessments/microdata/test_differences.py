import random

import pytest

from assessments.microdata.columns import read_columns
from assessments.microdata.differences import scored_rows
from tests.assessments.microdata.worlds import World, make_frame


@pytest.mark.parametrize(("answers", "has"), [({"I1": 2}, True), ({"minutes": 3}, False)])
def test_who_skipped_a_scale_counts_in_the_wave_and_not_in_the_scale(
    answers: dict[str, int], has: bool
) -> None:
    world = World(make_frame(released_numbers=["minutes"]), random.Random(1))
    world.hire(1)
    world.ask("w0", 1)
    world.rows[0]["answers"] = answers
    columns = read_columns(world.rows, world.frame)
    assert scored_rows(columns, world.frame).tolist() == [[True, has]]
