from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.actions.exporting import import_receipt
from assessments.ballot_box.keys import KeyMissing
from assessments.ballot_box.sealed_files import FileRefused
from assessments.ballot_box.store import NotScrubbed
from assessments.management.sides import content_of, on


class Command(BaseCommand):
    help = "Takes the ballots out of boxes that the evaluators have opened, by their receipts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE")

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        on("web")
        failures = []
        for file in files:
            try:
                window = import_receipt(data=content_of(file))
            except (FileRefused, KeyMissing, NotScrubbed) as error:
                failures.append(f"{file}: {error}")
                continue
            self.stdout.write(f"{file}: box {window.box_id} is emptied.")
        if failures:
            raise CommandError("; ".join(failures))
