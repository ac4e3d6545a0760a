from typing import Any

from django.core.management.base import BaseCommand

from assessments.management.sides import on
from lms.due import purge_expired


class Command(BaseCommand):
    help = "Deletes what may be kept no longer: expired packs of data, served box keys, old mails."

    def handle(self, *args: Any, **options: Any) -> None:
        on("both", "web")
        purged = purge_expired()
        self.stdout.write(
            f"{purged.releases} releases expired, {purged.keys} box keys destroyed, "
            f"{purged.messages} old mails forgotten."
        )
