"""Actions that take each other's people: where two wait crosswise, one of them begins anew."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 5
_DEADLOCK = "40P01"


def in_turn(action: Callable[P, T]) -> Callable[P, T]:
    """Makes an action atomic, and does it again where the database ended it because it and others
    waited for each other: two cohorts that book the same people in different orders do. Inside a
    transaction that is under way, only whoever began it can do it again. Raises ValidationError
    (busy) where that went wrong several times."""

    @wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if connection.in_atomic_block:
            with transaction.atomic():
                return action(*args, **kwargs)
        for _attempt in range(TRIES):
            try:
                with transaction.atomic():
                    return action(*args, **kwargs)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) != _DEADLOCK:
                    raise
        raise ValidationError(
            _("Others are booking the same people at this moment. Nothing was changed: try again."),
            code="busy",
        )

    return run
