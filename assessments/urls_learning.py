from django.urls import path

from assessments.views import knowledge

app_name = "learning"
urlpatterns = [
    path("<uuid:enrolment>/knowledge-check/", knowledge.knowledge_check, name="knowledge_check"),
    path("<uuid:enrolment>/knowledge-check/<int:number>/", knowledge.attempt, name="attempt"),
    path("<uuid:enrolment>/knowledge-check/<int:number>/result/", knowledge.result, name="result"),
]
