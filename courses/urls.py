from django.urls import path

from courses.views import (
    cohort,
    groups,
    instructors,
    kiosk_desk,
    make_ups,
    plan,
    plan_changes,
    plan_cohort,
    record,
    roll,
    room_code,
    roster,
    seats,
    staffing,
)

app_name = "courses"

urlpatterns = [
    path("cohorts/<uuid:cohort_uuid>/", cohort.cohort, name="cohort"),
    path("cohorts/<uuid:cohort_uuid>/close/", cohort.close, name="close"),
    path("cohorts/<uuid:cohort_uuid>/seats/", seats.seats, name="seats"),
    path("cohorts/<uuid:cohort_uuid>/seats/sign-up/", seats.sign_up, name="sign_up"),
    path("cohorts/<uuid:cohort_uuid>/roster/", roster.roster, name="roster"),
    path("cohorts/<uuid:cohort_uuid>/roster/template/", roster.template, name="roster_template"),
    path("cohorts/<uuid:cohort_uuid>/roster/export/", roster.export, name="roster_export"),
    path("cohorts/<uuid:cohort_uuid>/make-ups/", make_ups.make_ups, name="make_ups"),
    path("sessions/<int:session_id>/code/", room_code.code, name="code"),
    path("sessions/<int:session_id>/kiosk/", kiosk_desk.kiosk, name="kiosk"),
    path("sessions/<int:session_id>/sheet/", roll.sheet, name="sheet"),
    path("sessions/<int:session_id>/check-ins/", roll.settle, name="settle"),
    path("cohorts/<uuid:cohort_uuid>/plan/", plan.plan, name="plan"),
    path("cohorts/<uuid:cohort_uuid>/plan/move/", plan_changes.move, name="plan_move"),
    path("cohorts/<uuid:cohort_uuid>/plan/staff/", plan_changes.staff, name="plan_staff"),
    path("cohorts/<uuid:cohort_uuid>/plan/shift/", plan_changes.shift, name="plan_shift"),
    path("cohorts/<uuid:cohort_uuid>/plan/copy/", plan_cohort.copy, name="plan_copy"),
    path("cohorts/<uuid:cohort_uuid>/plan/cancel/", plan_cohort.cancel, name="plan_cancel"),
    path("cohorts/<uuid:cohort_uuid>/plan/versions/", plan.versions, name="plan_versions"),
    path(
        "cohorts/<uuid:cohort_uuid>/plan/sessions/<slug:module>/",
        plan_changes.session,
        name="planned_session",
    ),
    path("cohorts/<uuid:cohort_uuid>/groups/", groups.groups, name="groups"),
    path("cohorts/<uuid:cohort_uuid>/people/<uuid:seat_uuid>/", record.record, name="record"),
    path("sessions/<int:session_id>/roll/", roll.roll, name="roll"),
    path("staffing/", staffing.board, name="staffing"),
    path("instructors/", instructors.instructors, name="instructors"),
    path("instructors/<uuid:person>/", instructors.instructor, name="instructor"),
    path(
        "qualifications/<int:qualification>/renew/", instructors.renew, name="renew_qualification"
    ),
    path(
        "qualifications/<int:qualification>/withdraw/",
        instructors.withdraw,
        name="withdraw_qualification",
    ),
]
