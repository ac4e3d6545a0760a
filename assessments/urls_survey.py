from django.urls import path

from assessments.views import survey, survey_link, withdrawal

app_name = "survey"
urlpatterns = [
    path("", withdrawal.studies, name="studies"),
    path("studies/<slug:code>/withdraw/", withdrawal.withdraw, name="withdraw"),
    path("studies/<slug:code>/withdrawn/", withdrawal.withdrawn, name="withdrawn"),
    path("<uuid:window>/", survey.start, name="start"),
    path("<uuid:window>/all/", survey.everything, name="everything"),
    path("<uuid:window>/done/", survey.done, name="done"),
    path("<uuid:window>/leave/", survey.leave, name="leave"),
    path("<uuid:window>/<int:number>/", survey.section, name="section"),
    path("<uuid:window>/with/<str:token>/", survey_link.link, name="link"),
]
