from django.urls import path

from assessments.views import survey, withdrawal

app_name = "survey"
urlpatterns = [
    path("", withdrawal.studies, name="studies"),
    path("studies/<slug:code>/withdraw/", withdrawal.withdraw, name="withdraw"),
    path("studies/<slug:code>/withdrawn/", withdrawal.withdrawn, name="withdrawn"),
    path("<uuid:window>/", survey.start, name="start"),
    path("<uuid:window>/done/", survey.done, name="done"),
    path("<uuid:window>/<int:number>/", survey.section, name="section"),
]
