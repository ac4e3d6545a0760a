from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.actions.exporting import BoxChanged, boxes_to_export, export_box
from assessments.ballot_box.keys import KeyMissing
from assessments.management.sides import on, study_named, write_file


class Command(BaseCommand):
    help = "Closes the boxes whose windows are over and writes a file of each for the evaluators."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", nargs="?", metavar="STUDY")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR")

    def handle(self, *args: Any, study: str | None, out: Path, **options: Any) -> None:
        on("web")
        failures = []
        windows = boxes_to_export(study_named(study) if study else None)
        for window in windows:
            try:
                write_file(out / f"box-{window.box_id}", export_box(window=window))
            except (KeyMissing, BoxChanged) as error:
                failures.append(str(error))
        self.stdout.write(f"{len(windows) - len(failures)} box files in {out}.")
        if failures:
            raise CommandError("; ".join(failures))
