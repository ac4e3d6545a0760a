from django.urls import path

from lms.dashboards import trainer, training_year

app_name = "trainer"

urlpatterns = [
    path("", trainer.desk, name="desk"),
    path("schedule/", trainer.schedule, name="schedule"),
    path("year/", training_year.year, name="year"),
]
