from django.urls import path

from courses.views import check_in

app_name = "here"

urlpatterns = [
    path("", check_in.here, name="here"),
    path("<int:session_id>/", check_in.state, name="state"),
    path("<int:session_id>/<str:code>/", check_in.scan, name="scan"),
]
