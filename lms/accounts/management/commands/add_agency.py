from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms.accounts.models import Agency


class Command(BaseCommand):
    help = "Adds an agency: an employer whose people train or that hosts cohorts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", metavar="CODE")
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--time-zone", default="America/New_York", metavar="ZONE")

    def handle(self, *args: Any, code: str, name: str, time_zone: str, **options: Any) -> None:
        agency = Agency(code=code, name=name, time_zone=time_zone)
        try:
            agency.full_clean()
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        agency.save()
        self.stdout.write(f"{agency.name} is there, with the code {agency.code}.")
