from django.urls import path

from courses.views import cohort, groups, record, roll, roster

app_name = "courses"

urlpatterns = [
    path("cohorts/<uuid:cohort_uuid>/", cohort.cohort, name="cohort"),
    path("cohorts/<uuid:cohort_uuid>/close/", cohort.close, name="close"),
    path("cohorts/<uuid:cohort_uuid>/seats/", cohort.seats, name="seats"),
    path("cohorts/<uuid:cohort_uuid>/roster/", roster.roster, name="roster"),
    path("cohorts/<uuid:cohort_uuid>/roster/template/", roster.template, name="roster_template"),
    path("cohorts/<uuid:cohort_uuid>/roster/export/", roster.export, name="roster_export"),
    path("cohorts/<uuid:cohort_uuid>/groups/", groups.groups, name="groups"),
    path("cohorts/<uuid:cohort_uuid>/people/<uuid:seat_uuid>/", record.record, name="record"),
    path("sessions/<int:session_id>/roll/", roll.roll, name="roll"),
]
