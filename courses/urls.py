from django.urls import path

from courses.views import cohort, kiosk_desk, make_ups, roll, room_code, roster

app_name = "courses"

urlpatterns = [
    path("cohorts/<uuid:cohort_uuid>/", cohort.cohort, name="cohort"),
    path("cohorts/<uuid:cohort_uuid>/close/", cohort.close, name="close"),
    path("cohorts/<uuid:cohort_uuid>/seats/", cohort.seats, name="seats"),
    path("cohorts/<uuid:cohort_uuid>/roster/", roster.roster, name="roster"),
    path("cohorts/<uuid:cohort_uuid>/roster/template/", roster.template, name="roster_template"),
    path("cohorts/<uuid:cohort_uuid>/roster/export/", roster.export, name="roster_export"),
    path("cohorts/<uuid:cohort_uuid>/make-ups/", make_ups.make_ups, name="make_ups"),
    path("sessions/<int:session_id>/roll/", roll.roll, name="roll"),
    path("sessions/<int:session_id>/code/", room_code.code, name="code"),
    path("sessions/<int:session_id>/kiosk/", kiosk_desk.kiosk, name="kiosk"),
    path("sessions/<int:session_id>/sheet/", roll.sheet, name="sheet"),
    path("sessions/<int:session_id>/check-ins/", roll.settle, name="settle"),
]
