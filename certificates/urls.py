from django.urls import path

from certificates import views

app_name = "certificates"
urlpatterns = [
    path("", views.verify, name="verify"),
    path("<str:code>/", views.verify_code, name="verify_code"),
    path("download/<uuid:uuid>/", views.download, name="download"),
]
