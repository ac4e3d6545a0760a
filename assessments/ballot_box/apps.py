from django.apps import AppConfig


class BallotBoxConfig(AppConfig):
    name = "assessments.ballot_box"
    label = "ballot_box"
