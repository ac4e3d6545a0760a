"""The three deployments: which of the two parties this installation is, and what it must not even
be given."""

from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured

_NOT_FOR: dict[str, tuple[str, ...]] = {
    "both": (),
    "web": ("EVALUATOR_KEYS_DIR", "OPENER_PASSPHRASE"),
    "evaluator": ("DATABASE_URL", "WEB_KEYS_DIR"),
}


def portal_side(variable: Callable[[str, str], str]) -> str:
    """`both`, `web` or `evaluator`, from PORTAL_SIDE. Raises ImproperlyConfigured for any other
    word, and for a variable that belongs to the other party: a key that is typed into the wrong
    machine counts as known there."""
    side = variable("PORTAL_SIDE", "both")
    if side not in _NOT_FOR:
        raise ImproperlyConfigured(f"PORTAL_SIDE must be one of {', '.join(_NOT_FOR)}")
    given = [name for name in _NOT_FOR[side] if variable(name, "").strip()]
    if given:
        raise ImproperlyConfigured(
            f"{', '.join(given)} must not be set where PORTAL_SIDE is {side}: "
            "it belongs to the other party"
        )
    return side
