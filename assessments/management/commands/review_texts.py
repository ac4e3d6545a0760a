import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.actions.free_text import NothingToReview, let_through, texts_to_review
from assessments.ballot_box.batches import Unreadable
from assessments.ballot_box.keys import KeyMissing
from assessments.ballot_box.store import NotScrubbed
from assessments.free_text import read_review
from assessments.management.sides import on, study_named
from assessments.models import Study

PROBLEMS = {
    "not_csv": "is a workbook; save the sheet as CSV",
    "columns": "must have the columns item, text and mark",
    "item": "the item is none of this study's items of free text",
    "mark": "write keep or redact into the column mark",
}


class Command(BaseCommand):
    help = (
        "Writes a study's free text for somebody to read and mark; with --reviewed, takes the "
        "marked file back and writes only what was kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY")
        parser.add_argument("--out", metavar="FILE", required=True, type=Path)
        parser.add_argument("--reviewed", metavar="FILE", type=Path)
        parser.add_argument(
            "--purpose", required=True, help="what the texts are for; written to the audit log"
        )

    def handle(self, *args: Any, study: str, out: Path, purpose: str, **options: Any) -> None:
        on("both")
        found = study_named(study)
        if not purpose.strip():
            raise CommandError("--purpose: say in a few words what the texts are for")
        if out.exists():
            raise CommandError(f"{out} exists already; it is not overwritten")
        try:
            if options["reviewed"]:
                self._let_through(found, options["reviewed"], out, purpose.strip()[:200])
            else:
                self._give_out(found, out, purpose.strip()[:200])
        except (KeyMissing, Unreadable, NotScrubbed, NothingToReview) as error:
            raise CommandError(str(error)) from error

    def _give_out(self, study: Study, out: Path, purpose: str) -> None:
        text, held = texts_to_review(study=study, by=None, purpose=purpose)
        _write(out, text)
        self.stdout.write(f"{out}: read each text, write keep or redact beside it")
        if held:
            self.stdout.write(f"Held back, too few people wrote: {', '.join(held)}")

    def _let_through(self, study: Study, reviewed: Path, out: Path, purpose: str) -> None:
        try:
            data = reviewed.read_bytes()
        except OSError as error:
            raise CommandError(f"{reviewed} cannot be read: {error.strerror}") from error
        review = read_review(data, reviewed.name, study.instrument_version.spec)
        if review.problems:
            faults = [
                f"line {one.line}: {PROBLEMS.get(one.code, one.code)}" for one in review.problems
            ]
            raise CommandError("; ".join(faults[:20]))
        _write(out, let_through(study=study, review=review, by=None, purpose=purpose))
        self.stdout.write(f"{out}: {len(review.kept)} kept, {review.redacted} redacted")


def _write(out: Path, text: str) -> None:
    """For the owner of the process alone."""
    try:
        made = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(made, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {error.strerror}") from error
