from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.views.decorators.debug import sensitive_variables

from assessments.actions import ImportRefused, check_importable, import_responses
from assessments.actions.evaluating import check_held_importable, import_held_responses
from assessments.ballot_box.batches import Row
from assessments.ballot_box.keys import KeyMissing
from assessments.frame import Frame
from assessments.held import HeldStudy, held_studies, held_study
from assessments.management.sides import evaluators, on, study_named
from assessments.models import Study
from assessments.responses_file import ResponsesFile, coded_rows, read_responses
from assessments.wording import responses_problem


class Command(BaseCommand):
    help = "Imports responses collected elsewhere (CSV or XLSX) into a study, all or none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--study", required=True, metavar="CODE")
        parser.add_argument("--source", default="", help="where they come from, for the audit log")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    @sensitive_variables()
    def handle(self, *args: Any, file: Path, study: str, **options: Any) -> None:
        on("both", "evaluator")
        try:
            target = held_study(held_studies().named(study)) if evaluators() else study_named(study)
            self._check(target)
            read = self._read(file, target.frame)
            rows = coded_rows(read.responses, target.frame.instrument.version)
            if not options["dry_run"]:
                self._keep(target, rows, options["source"])
        except (ImportRefused, KeyMissing) as error:
            raise CommandError(str(error)) from error
        for code in read.missing_items:
            self.stdout.write(f"no column {code}: counts as not answered")
        waves = ", ".join(f"{wave} {n}" for wave, n in read.by_wave.items())
        done = "would be imported" if options["dry_run"] else "imported"
        self.stdout.write(
            f"{target.code}: {len(rows)} responses of {read.participants} participants {done}"
            f" ({waves}; in every wave: {read.in_every_wave})"
        )

    def _check(self, target: HeldStudy | Study) -> None:
        if isinstance(target, HeldStudy):
            check_held_importable(target)
        else:
            check_importable(target)

    @sensitive_variables()
    def _keep(self, target: HeldStudy | Study, rows: list[Row], source: str) -> None:
        if isinstance(target, HeldStudy):
            import_held_responses(study=target, rows=rows)
        else:
            import_responses(study=target, rows=rows, by=None, source=source)

    def _read(self, path: Path, frame: Frame) -> ResponsesFile:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        read = read_responses(data, path.name, study=frame.study, instrument=frame.instrument)
        if read.problems:
            first, more = responses_problem(read.problems[0]), len(read.problems) - 1
            for problem in read.problems[1:]:
                self.stdout.write(responses_problem(problem))
            raise CommandError(f"{path.name}: {first}" + (f" ({more} more)" if more else ""))
        return read
