from typing import TYPE_CHECKING

import pytest

from tests.surveys import BEFORE_THE_COURSE, Survey, make_survey

if TYPE_CHECKING:
    from tests.conftest import Clock


@pytest.fixture
def survey(db: None, clock: "Clock") -> Survey:
    """Three people in a cohort whose first survey is open."""
    clock.set(BEFORE_THE_COURSE)
    return make_survey()
