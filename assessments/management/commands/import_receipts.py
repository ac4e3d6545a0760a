from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.actions.exporting import import_receipt
from assessments.ballot_box.keys import KeyMissing
from assessments.ballot_box.sealed_files import FileRefused
from assessments.ballot_box.store import NotScrubbed
from assessments.management.sides import content_of, on


class Command(BaseCommand):
    help = "Takes out ballots that the evaluators have opened, and requests they have carried out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE")

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        on("web")
        failures = []
        for file in files:
            try:
                import_receipt(data=content_of(file))
            except (FileRefused, KeyMissing, NotScrubbed) as error:
                failures.append(f"{file}: {error}")
                continue
            except CommandError as error:
                failures.append(str(error))
                continue
            self.stdout.write(f"{file}: done.")
        if failures:
            raise CommandError("; ".join(failures))
