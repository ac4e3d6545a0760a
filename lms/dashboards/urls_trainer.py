from django.urls import path

from lms.dashboards import closing, hours, schedules, trainer, training_year
from lms.dashboards.sheets import views as sheets

app_name = "trainer"

urlpatterns = [
    path("", trainer.desk, name="desk"),
    path("schedule/", schedules.schedule, name="schedule"),
    path("cohorts/<uuid:cohort_uuid>/plan/publish/", schedules.publish, name="publish"),
    path("cohorts/<uuid:cohort_uuid>/closing/", closing.closing, name="closing"),
    path(
        "cohorts/<uuid:cohort_uuid>/people/<uuid:seat_uuid>/hours/",
        hours.hours_in_cohort,
        name="hours",
    ),
    path("year/", training_year.year, name="year"),
    path("cohorts/<uuid:cohort_uuid>/sign-in.pdf", sheets.sign_in, name="sign_in"),
    path("cohorts/<uuid:cohort_uuid>/sign-in/<day>.pdf", sheets.sign_in, name="sign_in_on"),
    path("cohorts/<uuid:cohort_uuid>/name-tents.pdf", sheets.name_tents, name="name_tents"),
    path(
        "cohorts/<uuid:cohort_uuid>/name-tents/<day>.pdf",
        sheets.name_tents,
        name="name_tents_on",
    ),
]
