from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from lms.accounts.actions import create_person
from lms.accounts.models import Agency, User


class Command(BaseCommand):
    help = "Adds a person and mails them a link to set a password. Learners come from rosters."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("first_name", metavar="FIRST")
        parser.add_argument("last_name", metavar="LAST")
        parser.add_argument("--agency", required=True, metavar="CODE")

    def handle(
        self, *args: Any, email: str, first_name: str, last_name: str, agency: str, **options: Any
    ) -> None:
        employer = Agency.objects.filter(code=agency).first()
        if employer is None:
            raise CommandError(f"There is no agency {agency}")
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email}: {error.messages[0]}") from error
        if User.objects.filter(email__iexact=email).exists():
            raise CommandError(f"{email} has an account already")
        user = create_person(
            by=None, email=email, agency=employer, first_name=first_name, last_name=last_name
        )
        self.stdout.write(f"{user} has an account; the link to set a password is on its way.")
