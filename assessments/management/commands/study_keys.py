import getpass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.actions.instruments import Frozen
from assessments.actions.study_keys import (
    Hand,
    KeyRefused,
    boxes_waiting,
    create_evaluators_key,
    create_study_keys,
    destroy_key,
    escrow_key,
    hand_over,
    receive_handover,
    restore_evaluators_key,
    restore_key,
)
from assessments.ballot_box.copies import COPIED, COPY_DESTROYED
from assessments.ballot_box.handover import PublicKeyFile, file_fingerprint
from assessments.ballot_box.keys import K_LINK, R_OPEN, S_WEB, KeyMissing
from assessments.ballot_box.sealed_files import FileRefused
from assessments.held import held_problems, held_studies
from assessments.key_places import KeyPlace, evaluators_place, places_of
from assessments.keyring import log_of, problems
from assessments.management.sides import content_of, evaluators, on, study_named, write_file
from assessments.management.typed import passphrase, typed_word

LOSS = {
    R_OPEN: "no ballot of {code} can be opened any more, and nothing answered so far can be read",
    K_LINK: "nobody can answer {code} any more, and nothing answered so far can be read",
}
DEEDS = {
    "create": "makes the keys that this side holds of a study",
    "check": "checks that the study's keys are here and fit, and prints the log of copies",
    "copies": "prints the log of copies",
    "note": "notes a copy that was made, or destroyed, by hand",
    "escrow": "writes a sheet with a copy of a key under another passphrase",
    "restore": "puts a key back from a sheet",
    "destroy": "destroys the study's keys on this side, for good",
    "handover": "writes what the evaluators need of the study, sealed to their key",
    "receive": "takes in what the web side handed over",
}


class Command(BaseCommand):
    help = "Makes, checks, copies, restores and destroys a study's keys, and keeps a log of copies."

    def add_arguments(self, parser: CommandParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
        made = {name: deeds.add_parser(name, help=text) for name, text in DEEDS.items()}
        for name, deed in made.items():
            if name == "receive":
                deed.add_argument("file", type=Path, metavar="FILE")
            else:
                deed.add_argument("study", metavar="STUDY")
            deed.add_argument("--by", default=getpass.getuser(), help="who does it, for the log")
            deed.add_argument("--purpose", default="", help="what for, for the log")
        for name in ("escrow", "handover", "note"):
            made[name].add_argument("--holder", required=True, help="who or what holds the copy")
        for name in ("escrow", "restore", "note", "destroy"):
            keys = [K_LINK, R_OPEN, S_WEB] if name == "note" else [K_LINK, R_OPEN]
            made[name].add_argument("--key", choices=keys, required=name == "note")
        for name in ("escrow", "handover"):
            made[name].add_argument("--out", type=Path, required=True, metavar="FILE")
        made["create"].add_argument("--out", type=Path, metavar="FILE", help="the public key")
        made["create"].add_argument("--public", type=Path, metavar="FILE", help="the evaluators'")
        made["restore"].add_argument(
            "--from", type=Path, required=True, metavar="FILE", dest="sheet"
        )
        made["note"].add_argument("--destroyed", action="store_true", help="the copy is no more")
        made["destroy"].add_argument("--yes", action="store_true", help="ask nothing")
        made["destroy"].add_argument("--force", action="store_true", help="though boxes wait")

    def handle(self, *args: Any, deed: str, by: str, purpose: str, **options: Any) -> None:
        try:
            getattr(self, f"_{deed}")(Hand(by, purpose), **options)
        except (Frozen, KeyRefused, KeyMissing, FileRefused) as error:
            raise CommandError(str(error)) from error

    def _create(
        self, hand: Hand, study: str, out: Path | None, public: Path | None, **_: Any
    ) -> None:
        if evaluators():
            if out is None:
                raise CommandError("Say with --out where the public key for the web side goes")
            secret = settings.OPENER_PASSPHRASE or passphrase(
                "OPENER_PASSPHRASE", "Passphrase of the evaluators' keys", new=True
            )
            made = create_evaluators_key(code=study, hand=hand, passphrase=secret)
            write_file(out, made.text().encode())
            self.stdout.write(f"Key made; {out} is for the web side.")
            self.stdout.write(f"Fingerprint: {made.fingerprint}")
            return
        if (settings.PORTAL_SIDE == "web") != (public is not None):
            raise CommandError("--public FILE, from the evaluators, is for a web side alone")
        given = PublicKeyFile.read(content_of(public)) if public else None
        found = create_study_keys(study=study_named(study), by=None, hand=hand, public=given)
        self.stdout.write(f"Keys made. Fingerprint: {found.fingerprint}")

    def _check(self, hand: Hand, study: str, **_: Any) -> None:
        if evaluators():
            found = held_problems(held_studies().named(study))
        else:
            found = problems(study_named(study))
        self._copies(hand, study)
        if found:
            raise CommandError("; ".join(found))
        self.stdout.write(f"The keys of {study} on this side are there and fit.")

    def _copies(self, hand: Hand, study: str, **_: Any) -> None:
        for deed in log_of(self._places(study)[0].study):
            self.stdout.write(str(deed))

    def _note(
        self, hand: Hand, study: str, key: str, holder: str, destroyed: bool, **_: Any
    ) -> None:
        places = self._places(study)
        place = next((one for one in places if one.name == key), places[0])
        hand.note(place.root, place.study, COPY_DESTROYED if destroyed else COPIED, key, holder)
        self.stdout.write("Noted in the log of copies.")

    def _escrow(
        self, hand: Hand, study: str, key: str | None, out: Path, holder: str, **_: Any
    ) -> None:
        place = self._place(study, key)
        if out.exists():
            raise CommandError(f"{out} exists already; it may be the only copy of another key")
        secret = passphrase("ESCROW_PASSPHRASE", "Passphrase of the copy", new=True)
        if secret == settings.OPENER_PASSPHRASE:
            raise CommandError("The copy needs a passphrase other than the key store's")
        sheet = escrow_key(place=place, passphrase=secret, holder=holder, hand=hand)
        write_file(out, sheet.encode())
        self.stdout.write(f"{out} holds a copy of {place.name}. Print it, and give it to {holder}.")

    def _restore(self, hand: Hand, study: str, key: str | None, sheet: Path, **_: Any) -> None:
        text = content_of(sheet).decode(errors="replace")
        secret = passphrase("ESCROW_PASSPHRASE", "Passphrase of the copy")
        if evaluators() and not self._is_held(study):
            made = restore_evaluators_key(code=study, sheet=text, passphrase=secret, hand=hand)
            self.stdout.write("Restored. Compare the fingerprint with the information sheet's:")
            self.stdout.write(made.fingerprint)
            return
        place = self._place(study, key)
        restore_key(place=place, sheet=text, passphrase=secret, hand=hand)
        self.stdout.write(f"{place.name} of {study} is back, and fits.")

    def _destroy(
        self, hand: Hand, study: str, key: str | None, yes: bool, force: bool, **_: Any
    ) -> None:
        places = [place for place in self._places(study) if key in (None, place.name)]
        if not places:
            raise CommandError(f"{key} is with the other party")
        for place in places:
            self.stdout.write(f"Without {place.name} {LOSS[place.name].format(code=study)}.")
        self._check_that_none_waits(study, force)
        if not yes and typed_word(f"Type {study} to destroy the keys for good: ") != study:
            raise CommandError("Nothing was destroyed")
        for place in places:
            destroy_key(place=place, hand=hand)
        self.stdout.write("Destroyed here. Copies elsewhere, as the log of copies names them:")
        self._copies(hand, study)

    def _check_that_none_waits(self, study: str, force: bool) -> None:
        if evaluators():
            self.stdout.write("Ask the web side whether boxes wait: this side cannot know.")
            return
        waiting = boxes_waiting(study_named(study))
        if waiting and not force:
            raise CommandError(
                f"{waiting} boxes of {study} are still to be opened; --force destroys even so"
            )

    def _handover(self, hand: Hand, study: str, out: Path, holder: str, **_: Any) -> None:
        on("web")
        data = hand_over(study=study_named(study), hand=hand, holder=holder)
        write_file(out, data)
        self.stdout.write(f"{out} is for the evaluators. Its fingerprint, to compare by telephone:")
        self.stdout.write(file_fingerprint(data))

    def _receive(self, hand: Hand, file: Path, **_: Any) -> None:
        on("evaluator")
        data = content_of(file)
        public = receive_handover(data=data, hand=hand)
        self.stdout.write(f"Study {public.code} received. The file's fingerprint, to compare:")
        self.stdout.write(file_fingerprint(data))

    def _is_held(self, study: str) -> bool:
        return any(one.code == study for one in held_studies().all())

    def _places(self, study: str) -> list[KeyPlace]:
        if evaluators():
            return [evaluators_place(held_studies().named(study))]
        return places_of(study_named(study))

    def _place(self, study: str, key: str | None) -> KeyPlace:
        """The key that is meant: where none is named, the evaluators', or the only one here."""
        places = {place.name: place for place in self._places(study)}
        chosen = places.get(key or (R_OPEN if R_OPEN in places else K_LINK))
        if chosen is None:
            raise CommandError(f"{key} is with the other party")
        return chosen
