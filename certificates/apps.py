from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    name = "certificates"

    def ready(self) -> None:
        """Makes the mail about certificates known to the outbox."""
        from certificates import mails  # noqa: F401 - models are not there before
