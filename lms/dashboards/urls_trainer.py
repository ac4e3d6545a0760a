from django.urls import path

from lms.dashboards import schedules, trainer, training_year

app_name = "trainer"

urlpatterns = [
    path("", trainer.desk, name="desk"),
    path("schedule/", schedules.schedule, name="schedule"),
    path("cohorts/<uuid:cohort_uuid>/plan/publish/", schedules.publish, name="publish"),
    path("year/", training_year.year, name="year"),
]
