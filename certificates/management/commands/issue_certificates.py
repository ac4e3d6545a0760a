from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from certificates.actions import issue_certificates
from courses.models import Cohort


class Command(BaseCommand):
    help = (
        "Issues certificates for everybody in a cohort who has earned one. Can be repeated: "
        "nobody gets a second certificate."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cohort", required=True, metavar="CODE", help="code of the cohort")

    def handle(self, *args: Any, **options: Any) -> None:
        cohort = Cohort.objects.filter(code=options["cohort"]).first()
        if cohort is None:
            raise CommandError(f"There is no cohort {options['cohort']}.")
        batch = issue_certificates(cohort=cohort, by=None)
        self.stdout.write(
            f"{cohort.code}: {len(batch.issued)} issued, {len(batch.already)} had one, "
            f"{len(batch.incomplete)} not complete."
        )
        for enrolment, missing in batch.incomplete:
            reasons = " ".join(one.text for one in missing)
            self.stdout.write(f"  {enrolment.user.get_full_name()}: {reasons}")
