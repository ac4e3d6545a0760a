"""What a command asks of whoever sits before it. A passphrase comes from the environment or is
typed in, never on the command line, where the shell keeps it and every user can see it."""

import os
import sys
from getpass import getpass

from django.core.management.base import CommandError

from assessments.ballot_box.passphrases import SHORTEST


def passphrase(variable: str, what: str, *, new: bool = False) -> str:
    """The passphrase in the environment, else typed in; a new one twice. Raises CommandError."""
    given = os.environ.get(variable, "")
    if not given:
        if not sys.stdin.isatty():
            raise CommandError(f"Set {variable}, or run this where {what} can be typed in")
        given = getpass(f"{what}: ")
        if new and getpass("Once more: ") != given:
            raise CommandError("They are not the same; nothing was done")
    if new and len(given.strip()) < SHORTEST:
        raise CommandError(f"{variable} is shorter than {SHORTEST} characters")
    return given


def typed_word(prompt: str) -> str:
    """A word typed in to confirm something; empty where nobody can type."""
    return input(prompt).strip() if sys.stdin.isatty() else ""
