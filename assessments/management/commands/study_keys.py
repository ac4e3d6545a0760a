from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.actions import Frozen, create_study_keys
from assessments.ballot_box.keys import KeyMissing
from assessments.keyring import problems
from assessments.models import Study


class Command(BaseCommand):
    help = "Makes a study's keys, or checks that both sides' keys are there and fit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("deed", choices=["create", "check"])
        parser.add_argument("study", metavar="STUDY")

    def handle(self, *args: Any, deed: str, study: str, **options: Any) -> None:
        try:
            found = Study.objects.get(code=study)
        except Study.DoesNotExist as error:
            raise CommandError(f"There is no study {study}") from error
        if deed == "create":
            self._create(found)
        else:
            self._check(found)

    def _create(self, study: Study) -> None:
        try:
            study = create_study_keys(study=study, by=None)
        except (Frozen, KeyMissing, FileExistsError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Keys made. Fingerprint: {study.fingerprint}")

    def _check(self, study: Study) -> None:
        found = problems(study)
        if found:
            raise CommandError("; ".join(found))
        self.stdout.write(f"Both keys of {study.code} are there and fit.")
