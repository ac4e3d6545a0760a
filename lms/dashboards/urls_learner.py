from django.urls import path

from lms.dashboards import learner

app_name = "learner"
urlpatterns = [
    path("", learner.home, name="home"),
    path("<uuid:enrolment>/hours/", learner.hours, name="hours"),
    path("<uuid:enrolment>/certificate/", learner.claim_certificate, name="claim_certificate"),
]
