from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.actions import current_vintage, open_due_boxes
from assessments.actions.evaluating import carry_out_requests, open_box_file
from assessments.ballot_box.batches import Unreadable
from assessments.ballot_box.box_files import REQUESTS
from assessments.ballot_box.keys import KeyMissing
from assessments.ballot_box.sealed_files import FileRefused
from assessments.ballot_box.store import NotScrubbed
from assessments.management.sides import content_of, evaluators, on, study_named, write_file
from assessments.models import Study


class Command(BaseCommand):
    help = (
        "Opens the ballot boxes whose windows are over, and finishes openings left half done; on "
        "the evaluators' side, the box files that are named, with a receipt for each."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("named", nargs="*", metavar="STUDY|FILE")
        parser.add_argument(
            "--out", type=Path, metavar="DIR", help="where receipts go, if not beside the files"
        )

    def handle(self, *args: Any, named: list[str], out: Path | None, **options: Any) -> None:
        on("both", "evaluator")
        if evaluators():
            self._open_files([Path(one) for one in named], out)
        elif len(named) > 1:
            raise CommandError("Name one study, or none to open the boxes of all")
        else:
            self._open_due(study_named(named[0]) if named else None)

    def _open_due(self, study: Study | None) -> None:
        try:
            opened = open_due_boxes(study=study)
        except (KeyMissing, NotScrubbed) as error:
            raise CommandError(str(error)) from error
        for affected in Study.objects.filter(waves__windows__in=opened).distinct():
            current_vintage(study=affected)
        self.stdout.write(f"{len(opened)} boxes opened.")

    def _open_files(self, files: list[Path], out: Path | None) -> None:
        if not files:
            raise CommandError("Name the box files that the web side has sent")
        failures, contents = [], []
        for file in files:
            try:
                contents.append((file, content_of(file)))
            except CommandError as error:
                failures.append(str(error))
        # Boxes first: requests are carried out in all that was sent with them.
        for file, data in sorted(contents, key=lambda one: one[1].startswith(REQUESTS)):
            try:
                self.stdout.write(f"{file}: {self._open(data, out or file.parent)}.")
            except (FileRefused, KeyMissing, NotScrubbed, Unreadable) as error:
                failures.append(f"{file}: {error}")
        if failures:
            raise CommandError("; ".join(failures))

    def _open(self, data: bytes, out: Path) -> str:
        if data.startswith(REQUESTS):
            study, receipt = carry_out_requests(data=data)
            write_file(out / f"receipt-requests-{study.code}", receipt)
            return "carried out"
        box = open_box_file(data=data)
        write_file(out / f"receipt-{box.box_id}", box.receipt)
        state = "had been opened; receipt written anew" if box.again else "opened"
        aside = f", {box.n_set_aside} of {box.n} ballots set aside" if box.n_set_aside else ""
        return f"{state}, {box.n} ballots{aside}"
