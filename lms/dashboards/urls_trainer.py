from django.urls import path

from lms.dashboards import trainer

app_name = "trainer"

urlpatterns = [
    path("", trainer.desk, name="desk"),
    path("schedule/", trainer.schedule, name="schedule"),
]
