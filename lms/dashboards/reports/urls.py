from django.urls import path

from lms.dashboards.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.years, name="years"),
    path("<int:first>/", views.year, name="year"),
    path("<int:first>/report.pdf", views.pdf, name="pdf"),
]
