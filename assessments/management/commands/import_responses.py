from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.views.decorators.debug import sensitive_variables

from assessments.actions import ImportRefused, check_importable, import_responses
from assessments.ballot_box.keys import KeyMissing
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
        found = Study.objects.filter(code=study).select_related("instrument_version").first()
        if found is None:
            raise CommandError(f"There is no study {study}")
        try:
            check_importable(found)
            read = self._read(file, found)
            rows = coded_rows(read.responses, found.instrument_version.number)
            if not options["dry_run"]:
                import_responses(study=found, rows=rows, by=None, source=options["source"])
        except (ImportRefused, KeyMissing) as error:
            raise CommandError(str(error)) from error
        for code in read.missing_items:
            self.stdout.write(f"no column {code}: counts as not answered")
        waves = ", ".join(f"{wave} {n}" for wave, n in read.by_wave.items())
        done = "would be imported" if options["dry_run"] else "imported"
        self.stdout.write(
            f"{found.code}: {len(rows)} responses of {read.participants} participants {done}"
            f" ({waves}; in every wave: {read.in_every_wave})"
        )

    def _read(self, path: Path, study: Study) -> ResponsesFile:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        instrument = study.instrument_version.spec
        read = read_responses(data, path.name, study=study.spec, instrument=instrument)
        if read.problems:
            first, more = responses_problem(read.problems[0]), len(read.problems) - 1
            for problem in read.problems[1:]:
                self.stdout.write(responses_problem(problem))
            raise CommandError(f"{path.name}: {first}" + (f" ({more} more)" if more else ""))
        return read
