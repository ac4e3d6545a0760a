"""Which commands belong to which of the two parties, and where they look a study up."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from assessments.ballot_box.key_files import replace
from assessments.models import Study

_NAMES = {"web": "web side", "evaluator": "evaluators' side", "both": "machine of both sides"}


def on(*sides: str) -> None:
    """Refuses a command on any other side. Raises CommandError."""
    if settings.PORTAL_SIDE not in sides:
        places = " or the ".join(_NAMES[side] for side in sides)
        raise CommandError(f"This is done on the {places}; here PORTAL_SIDE={settings.PORTAL_SIDE}")


def evaluators() -> bool:
    """Whether this is the evaluators' own side, without a main database."""
    return bool(settings.PORTAL_SIDE == "evaluator")


def study_named(code: str) -> Study:
    """Raises CommandError."""
    found = Study.objects.filter(code=code).select_related("instrument_version").first()
    if found is None:
        raise CommandError(f"There is no study {code}")
    return found


def content_of(path: Path) -> bytes:
    """Raises CommandError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error


def write_file(path: Path, content: bytes) -> None:
    """Writes a file for the other party, readable by nobody else; whole or not at all. Raises
    CommandError."""
    try:
        replace(path, content)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
