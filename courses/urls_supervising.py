from django.urls import path

from courses.views import nominations

app_name = "nominations"
urlpatterns = [
    path("nominations/", nominations.cohorts, name="cohorts"),
    path("nominations/<uuid:cohort_uuid>/", nominations.cohort, name="cohort"),
]
