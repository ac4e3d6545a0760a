from django.urls import path

from assessments.views.skills import skills

app_name = "assessments"
urlpatterns = [
    path("cohorts/<uuid:cohort>/skills/", skills, name="skills"),
]
