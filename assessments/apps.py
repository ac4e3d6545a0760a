from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"

    def ready(self) -> None:
        """Makes the mails about surveys known to the outbox."""
        from assessments import mails  # noqa: F401 - models are not there before
