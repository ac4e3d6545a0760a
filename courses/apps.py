from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"

    def ready(self) -> None:
        """Makes the mails about cohorts known to the outbox."""
        from courses.mails import kinds  # noqa: F401 - models are not there before
