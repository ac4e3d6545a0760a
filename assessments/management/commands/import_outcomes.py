from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.actions.exporting import import_outcomes
from assessments.ballot_box.keys import KeyMissing
from assessments.ballot_box.sealed_files import FileRefused
from assessments.management.sides import content_of, on


class Command(BaseCommand):
    help = "Shows the evaluators' published outcomes on the study's page, from a file of theirs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        on("web")
        try:
            vintage, new = import_outcomes(data=content_of(file))
        except (FileRefused, KeyMissing) as error:
            raise CommandError(f"{file}: {error}") from error
        state = "imported" if new else "was here already"
        self.stdout.write(f"{vintage.study.code}: vintage {vintage.number} {state}.")
