from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.actions.exporting import (
    BoxChanged,
    boxes_to_export,
    export_box,
    export_requests,
)
from assessments.ballot_box.keys import KeyMissing
from assessments.management.sides import on, study_named, write_file
from assessments.models import Study


class Command(BaseCommand):
    help = (
        "Closes the boxes whose windows are over and writes a file of each for the evaluators, and "
        "for every study one with what people have asked for."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", nargs="?", metavar="STUDY")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR")

    def handle(self, *args: Any, study: str | None, out: Path, **options: Any) -> None:
        on("web")
        chosen = study_named(study) if study else None
        studies = [chosen] if chosen else Study.objects.exclude(public_key=None)
        windows = boxes_to_export(chosen)
        failures = []
        for name, export in [
            *((f"box-{one.box_id}", partial(export_box, window=one)) for one in windows),
            *((f"requests-{one.code}", partial(export_requests, study=one)) for one in studies),
        ]:
            try:
                write_file(out / name, export())
            except (KeyMissing, BoxChanged) as error:
                failures.append(str(error))
        self.stdout.write(f"{len(windows)} boxes closed; files for the evaluators are in {out}.")
        if failures:
            raise CommandError("; ".join(failures))
