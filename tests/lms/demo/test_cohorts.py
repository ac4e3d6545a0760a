from datetime import date, timedelta
from random import Random

import pytest
from django.core.management import call_command

from courses.plans.problems import problems_of
from lms.demo import people
from lms.demo.cohorts import schedule_series, schedule_year
from lms.demo.people import create_people
from lms.demo.qualifications import qualify

pytestmark = pytest.mark.django_db(databases=["default", "responses"])
SUNDAY = date(2026, 11, 15)


# On the first two the week that is under way began before the one before it was over.
@pytest.mark.parametrize("weekday", [1, 2, 6])
def test_whatever_day_it_is_the_demos_cohorts_can_be_published_side_by_side(weekday, monkeypatch):
    monkeypatch.setattr(people, "OFFICERS", 24)
    monkeypatch.setattr("lms.demo.cohorts.assign_arm", lambda **given: None)
    call_command("load_curriculum", verbosity=0)
    today = SUNDAY + timedelta(days=weekday)
    cast = create_people(Random(1))
    qualify(cast, today)
    year = schedule_year(cast, today, None, Random(1))
    series = schedule_series(cast, year.coming)
    for cohort in [*year.past, year.under_way, year.coming, *year.waiting, series]:
        assert not [one for one in problems_of(cohort) if one.kind != "warning"]
        assert cohort.sessions.count() == cohort.version.modules.filter(minutes__gt=0).count()
