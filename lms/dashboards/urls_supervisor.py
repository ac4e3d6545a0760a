from django.urls import path

from lms.dashboards import supervisor

app_name = "supervisor"
urlpatterns = [path("", supervisor.home, name="home")]
