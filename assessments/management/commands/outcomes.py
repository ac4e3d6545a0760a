import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.actions import current_vintage
from assessments.ballot_box.batches import Unreadable
from assessments.ballot_box.keys import KeyMissing
from assessments.models import Study


class Command(BaseCommand):
    help = "Prints a study's outcomes, after disclosure control: a table, or --json whole."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, study: str, as_json: bool, **options: Any) -> None:
        found = Study.objects.filter(code=study).first()
        if found is None:
            raise CommandError(f"There is no study {study}")
        try:
            vintage = current_vintage(study=found)
        except (KeyMissing, Unreadable) as error:
            raise CommandError(str(error)) from error
        if vintage is None:
            raise CommandError(f"Nothing can be shown of {study} yet")
        if as_json:
            self.stdout.write(json.dumps(vintage.report, indent=2, allow_nan=False))
            return
        for line in _table(vintage.report):
            self.stdout.write(line)


def _table(report: dict[str, Any]) -> list[str]:
    lines = [f"{report['study']}, threshold {report['threshold']}"]
    for code, scale in report["scales"].items():
        for change in scale["changes"]:
            name = f"{code}: {change['from']} to {change['to']}"
            if change["mean_change"] is None:
                lines.append(f"{name}  {change.get('suppressed', 'not comparable')}")
                continue
            lines.append(
                f"{name}  n {change['n']}  change {change['mean_change']:+.2f} "
                f"[{change['ci_low']:+.2f}, {change['ci_high']:+.2f}]  g_z {change['g_z']:.2f}"
            )
    return lines
