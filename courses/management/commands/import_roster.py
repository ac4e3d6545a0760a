from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from courses.actions import RosterPlan, import_roster, preview_roster
from courses.actions.rosters import first_refusal
from courses.models import Cohort
from courses.roster import Roster, read_roster
from courses.wording import roster_problem, roster_reason


class Command(BaseCommand):
    help = "Puts the people of a roster (CSV or XLSX) into a cohort, all or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--cohort", required=True, metavar="CODE")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: Any, **options: Any) -> None:
        cohort = self._cohort(options["cohort"])
        roster = self._roster(options["file"])
        plan = preview_roster(cohort=cohort, roster=roster, by=None)
        if options["dry_run"]:
            self._show(plan)
        if not plan.can_be_imported:
            raise CommandError(first_refusal(plan))
        if not options["dry_run"]:
            try:
                plan = import_roster(cohort=cohort, roster=roster, by=None)
            except ValidationError as error:
                raise CommandError("; ".join(error.messages)) from error
        counts = ", ".join(f"{count} {name}" for name, count in plan.counts.items())
        self.stdout.write(f"{cohort.code}: {counts}")

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
        for problem in plan.problems:
            self.stdout.write(roster_problem(problem))
        for planned in plan.rows:
            told = [f"{c.column}: {c.before!r} -> {c.after!r}" for c in planned.changes]
            if planned.reason:
                told.append(roster_reason(planned.reason, planned.value))
            line = f"line {planned.row.line}  {planned.outcome}  {planned.row.email}"
            self.stdout.write("  ".join([line, *told]))
