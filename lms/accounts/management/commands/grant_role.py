from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms.accounts.actions import grant_role
from lms.accounts.models import Agency, User
from lms.accounts.roles import ROLES


class Command(BaseCommand):
    help = "Gives a person a role, everywhere or at one agency."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("role", choices=sorted(ROLES), metavar="ROLE", help=", ".join(ROLES))
        parser.add_argument("--agency", metavar="CODE")

    def handle(self, *args: Any, email: str, role: str, agency: str | None, **options: Any) -> None:
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"Nobody has the address {email}")
        scope = Agency.objects.filter(code=agency).first() if agency else None
        if agency and scope is None:
            raise CommandError(f"There is no agency {agency}")
        try:
            assignment = grant_role(user=user, role=role, by=None, agency=scope)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        where = f"at {scope.name}" if scope else "everywhere"
        self.stdout.write(f"{assignment}, {where}.")
