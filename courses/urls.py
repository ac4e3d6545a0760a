from django.urls import path

from courses.views import cohort, roll, roster, seats

app_name = "courses"

urlpatterns = [
    path("cohorts/<uuid:cohort_uuid>/", cohort.cohort, name="cohort"),
    path("cohorts/<uuid:cohort_uuid>/close/", cohort.close, name="close"),
    path("cohorts/<uuid:cohort_uuid>/seats/", seats.seats, name="seats"),
    path("cohorts/<uuid:cohort_uuid>/seats/sign-up/", seats.sign_up, name="sign_up"),
    path("cohorts/<uuid:cohort_uuid>/roster/", roster.roster, name="roster"),
    path("cohorts/<uuid:cohort_uuid>/roster/template/", roster.template, name="roster_template"),
    path("cohorts/<uuid:cohort_uuid>/roster/export/", roster.export, name="roster_export"),
    path("sessions/<int:session_id>/roll/", roll.roll, name="roll"),
]
