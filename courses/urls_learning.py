from django.urls import path

from courses.views import sign_up

app_name = "sign_up"
urlpatterns = [
    path("cohorts/", sign_up.cohorts, name="cohorts"),
    path("cohorts/<uuid:cohort_uuid>/", sign_up.cohort, name="cohort"),
]
