from django.urls import path

from courses.views import kiosk

app_name = "kiosk"

urlpatterns = [
    path("<str:link>/", kiosk.kiosk, name="kiosk"),
    path("<str:link>/<uuid:seat>/", kiosk.person, name="person"),
]
