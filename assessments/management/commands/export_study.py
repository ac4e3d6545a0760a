import getpass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.actions.building import build_release
from assessments.actions.held_releases import UNFINISHED, export_held
from assessments.actions.releases import (
    DEFAULT_DAYS,
    Recipient,
    ReleaseRefused,
    request_release,
)
from assessments.attestations import VERSION, attestation
from assessments.ballot_box.batches import Unreadable
from assessments.ballot_box.key_files import make_private
from assessments.ballot_box.keys import KeyMissing
from assessments.held import held_studies, held_study
from assessments.management.sides import evaluators, on, study_named
from assessments.models import Release, ReleaseProblem
from assessments.release_files import PackGone, unpack
from assessments.releasing import NothingPublished, TooFew, release_files
from lms.accounts.clock import today


class Command(BaseCommand):
    help = (
        "Releases a study's data into an empty folder: numbered, hashed, at least five alike. "
        "Whoever runs it attests to the words that it prints."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        me = getpass.getuser()
        parser.add_argument("study", metavar="STUDY")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="empty or new")
        parser.add_argument("--purpose", default="Analysis on the evaluators' machine")
        parser.add_argument("--recipient", default=me, help="who is to use the data")
        parser.add_argument("--institution", default="not stated", help="of the recipient")
        parser.add_argument("--by", default=me, help="who asks, for the record")
        parser.add_argument(
            "--expires", type=date.fromisoformat, metavar="DATE", help="in 90 days if left out"
        )

    def handle(self, *args: Any, study: str, out: Path, **options: Any) -> None:
        on("both", "evaluator")
        _check_empty(out)
        asked = {
            "purpose": options["purpose"],
            "recipient": Recipient(options["recipient"], options["institution"]),
            "attested": VERSION,
            "expires_on": options["expires"]
            or today(settings.TIME_ZONE) + timedelta(days=DEFAULT_DAYS),
            "asked_as": options["by"],
        }
        try:
            number, sha256 = (self._held if evaluators() else self._own)(study, out, asked)
        except (ReleaseRefused, KeyMissing, Unreadable, PackGone) as error:
            raise CommandError(str(error)) from error
        except NothingPublished as error:
            raise CommandError(str(ReleaseProblem.UNPUBLISHED.label)) from error
        except TooFew as error:
            raise CommandError("Too few people: nobody could hide among others") from error
        except OSError as error:
            raise CommandError(f"{out}: {error.strerror}") from error
        self.stdout.write(f"Release {number} of {study} is in {out}.")
        self.stdout.write(f"SHA-256 of the pack: {sha256}")

    def _own(self, code: str, out: Path, asked: dict[str, Any]) -> tuple[int, str]:
        study = study_named(code)
        self._attest(attestation(study.spec).sentences)
        asked_for = request_release(study=study, by=None, **asked)
        build_release(release=asked_for)
        release = Release.objects.get(pk=asked_for.pk)
        if release.problem:
            raise CommandError(f"Release {release.number}: {release.get_problem_display()}")
        unpack(release_files().path(release.file, release.sha256), out)
        return release.number, release.sha256

    def _held(self, code: str, out: Path, asked: dict[str, Any]) -> tuple[int, str]:
        study = held_study(held_studies().named(code))
        self._attest(attestation(study.frame.study).sentences)
        release = export_held(study=study, out=out, **asked)
        return release.number, release.sha256

    def _attest(self, sentences: tuple[str, ...]) -> None:
        self.stdout.write("Whoever runs this attests:")
        for sentence in sentences:
            self.stdout.write(f"- {sentence}")


def _check_empty(out: Path) -> None:
    try:
        make_private(out)
        if any(path.name != UNFINISHED for path in out.iterdir()):
            raise CommandError(f"{out} is not empty; a release goes into a folder of its own")
    except OSError as error:
        raise CommandError(f"{out}: {error.strerror}") from error
