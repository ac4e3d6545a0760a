import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.actions import current_vintage
from assessments.actions.evaluating import outcome_file, published_vintage
from assessments.ballot_box.batches import Unreadable
from assessments.ballot_box.keys import KeyMissing
from assessments.held import held_studies, held_study
from assessments.intervals import COHORTS, PEOPLE, said_of
from assessments.management.sides import evaluators, on, study_named, write_file
from assessments.studies import StudySpec


class Command(BaseCommand):
    help = "Prints a study's outcomes, after disclosure control: a table, or --json whole."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY")
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument(
            "--out", type=Path, metavar="FILE", help="a file of them for the web side"
        )

    def handle(
        self, *args: Any, study: str, as_json: bool, out: Path | None, **options: Any
    ) -> None:
        if out:
            on("evaluator")
        try:
            report, spec = self._held(study, out) if evaluators() else self._own(study)
        except (KeyMissing, Unreadable) as error:
            raise CommandError(str(error)) from error
        if report is None:
            raise CommandError(f"Nothing can be shown of {study} yet")
        if as_json:
            self.stdout.write(json.dumps(report, indent=2, allow_nan=False))
            return
        for line in _table(report, spec.primary):
            self.stdout.write(line)

    def _own(self, code: str) -> tuple[dict[str, Any] | None, StudySpec]:
        study = study_named(code)
        vintage = current_vintage(study=study)
        return vintage.report if vintage else None, study.spec

    def _held(self, code: str, out: Path | None) -> tuple[dict[str, Any] | None, StudySpec]:
        study = held_study(held_studies().named(code))
        vintage = published_vintage(study=study)
        if vintage and out:
            write_file(out, outcome_file(study=study, vintage=vintage))
        return vintage.report if vintage else None, study.frame.study


_KINDS = {COHORTS: "allowing for cohorts", PEOPLE: "people as independent"}


def _table(report: dict[str, Any], primary: str) -> list[str]:
    lines = [f"{report['study']}, threshold {report['threshold']}"]
    for code, scale in report["scales"].items():
        main = " (main)" if code == primary else ""
        for change in scale["changes"]:
            name = f"{code}{main}: {change['from']} to {change['to']}"
            if change["mean_change"] is None:
                lines.append(f"{name}  {change.get('suppressed', 'not comparable')}")
                continue
            said = said_of(change)
            ends = f"[{_signed(said.low)}, {_signed(said.high)}]"
            g_z = "-" if change["g_z"] is None else f"{change['g_z']:z.2f}"
            lines.append(
                f"{name}  n {change['n']}  change {_signed(change['mean_change'])} "
                f"{ends} {_KINDS[said.kind]}  g_z {g_z}"
            )
    return lines


def _signed(value: float | None) -> str:
    """With its sign, unless it rounds to zero; a dash where it does not exist."""
    if value is None:
        return "-"
    text = f"{value:+.2f}"
    return text if float(text) else text[1:]
