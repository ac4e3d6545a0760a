from django.urls import path

from lms.dashboards import hours, supervisor

app_name = "supervisor"
urlpatterns = [
    path("", supervisor.home, name="home"),
    path("<uuid:enrolment>/hours/", hours.hours_of_my_people, name="hours"),
]
