from django.urls import path

from lms.dashboards import evaluator

app_name = "evaluator"
urlpatterns = [
    path("", evaluator.home, name="home"),
    path("<slug:code>/", evaluator.study, name="study"),
    path("<slug:code>/table/", evaluator.table, name="table"),
]
