"""What a release is: the facts that every pack states. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class About:
    """One release: its number within the study, what for and for whom it was made, on which day,
    until when it may be kept (None: no end), and the published vintage that it belongs to.

    `report` is that vintage as published, for saying where released rows and report differ; None
    where there is none.
    """

    number: int
    purpose: str
    person: str
    made_on: date
    expires_on: date | None = None
    vintage: int | None = None
    report: Mapping[str, Any] | None = None
