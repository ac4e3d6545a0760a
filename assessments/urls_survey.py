from django.urls import path

from assessments.views import survey

app_name = "survey"
urlpatterns = [
    path("<uuid:window>/", survey.start, name="start"),
    path("<uuid:window>/done/", survey.done, name="done"),
    path("<uuid:window>/<int:number>/", survey.section, name="section"),
]
