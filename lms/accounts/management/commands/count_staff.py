from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms.accounts.clock import today
from lms.accounts.models import Agency


class Command(BaseCommand):
    help = "Notes how many people an agency employs: reports then show what share was trained."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", metavar="CODE")
        parser.add_argument("staff", type=int, metavar="N")
        parser.add_argument("--on", type=date.fromisoformat, metavar="DAY", help="YYYY-MM-DD")

    def handle(self, *args: Any, code: str, staff: int, on: date | None, **options: Any) -> None:
        agency = Agency.objects.filter(code=code).first()
        if agency is None:
            raise CommandError(f"There is no agency {code}.")
        if staff < 1:
            raise CommandError("An agency employs at least one person.")
        try:
            agency.count_staff(staff, on or today(settings.TIME_ZONE))
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(f"{agency.name} employs {staff}, as of {agency.staff_counted_on}.")
