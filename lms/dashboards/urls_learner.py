from django.urls import path

from lms.dashboards import learner, make_ups

app_name = "learner"
urlpatterns = [
    path("", learner.home, name="home"),
    path("<uuid:enrolment>/hours/", learner.hours, name="hours"),
    path("<uuid:enrolment>/make-ups/", make_ups.make_ups, name="make_ups"),
    path("<uuid:enrolment>/certificate/", learner.claim_certificate, name="claim_certificate"),
]
