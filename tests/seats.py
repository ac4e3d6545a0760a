"""Cohorts that people sign up for."""

from typing import Any

from courses.models import Cohort, SignUp
from tests.factories import CohortFactory


def open_cohort(sign_up: str = SignUp.OPEN, offer_hours: int = 48, **fields: Any) -> Cohort:
    """A cohort of one seat for whoever comes first, unless told otherwise."""
    cohort = CohortFactory.create(**({"capacity": 1} | fields))
    cohort.sign_up, cohort.offer_hours = sign_up, offer_hours
    cohort.save(update_fields=["sign_up", "offer_hours"])
    return cohort
