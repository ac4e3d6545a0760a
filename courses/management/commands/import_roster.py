from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from courses.actions import RosterPlan, import_roster, preview_roster
from courses.actions.rosters import first_refusal, notes_on
from courses.models import Cohort
from courses.rosters.reading import Roster, printable, read_roster
from courses.words.codes import COLUMN_TITLES, passed_over_note, roster_problem


class Command(BaseCommand):
    help = "Puts the people of a roster (CSV or XLSX) into a cohort, all or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--cohort", required=True, metavar="CODE")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument(
            "--replace-edits",
            action="store_true",
            help="take the file's values also where somebody edited theirs by hand",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        cohort = self._cohort(options["cohort"])
        roster = self._roster(options["file"])
        over_edits = [row.line for row in roster.rows] if options["replace_edits"] else []
        plan = preview_roster(cohort=cohort, roster=roster, by=None).over_edits(over_edits)
        if options["dry_run"]:
            self._show(plan)
            self.stdout.write(f"{cohort.code}: {_counted(plan)}")
        if not plan.can_be_imported:
            raise CommandError(first_refusal(plan))
        if not options["dry_run"]:
            try:
                plan = import_roster(cohort=cohort, roster=roster, by=None, over_edits=over_edits)
            except ValidationError as error:
                raise CommandError("; ".join(error.messages)) from error
            self.stdout.write(f"{cohort.code}: {_counted(plan)}")

    def _cohort(self, code: str) -> Cohort:
        cohort = Cohort.objects.filter(code=code).first()
        if cohort is None:
            raise CommandError(f"There is no cohort {code}.")
        return cohort

    def _roster(self, path: Path) -> Roster:
        try:
            return read_roster(path.read_bytes(), path.name, max_bytes=settings.ROSTER_MAX_BYTES)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error

    def _show(self, plan: RosterPlan) -> None:
        """What the preview page shows, line by line."""
        if plan.read.sheet:
            self.stdout.write(f"sheet {plan.read.sheet}")
        for problem in plan.problems:
            self.stdout.write(roster_problem(problem, plan.read.headings))
        for passed in plan.read.passed_over:
            self.stdout.write(passed_over_note(passed))
        for planned in plan.rows:
            told = [
                f"{COLUMN_TITLES[c.column]}: {c.before!r} -> {c.after!r}" for c in planned.changes
            ]
            line = f"line {planned.row.line}  {planned.outcome}  {printable(planned.row.email)}"
            self.stdout.write("  ".join([line, *told, *notes_on(planned, plan.read.headings)]))


def _counted(plan: RosterPlan) -> str:
    return ", ".join(f"{count} {name}" for name, count in plan.counts.items())
