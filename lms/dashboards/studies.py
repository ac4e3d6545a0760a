"""What the evaluators' first page says of each study. Boxes are counted, ballots never."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assessments.models import OutcomeVintage, Study, SurveyWindow
from assessments.windows import bounds_of, is_open, with_bounds
from lms.accounts.clock import now
from lms.accounts.models import User

LANGUAGE = "en"


@dataclass
class Boxes:
    """A study's boxes, one for each window; each is in exactly one of the four states."""

    opened: int = 0
    waiting: int = 0
    open_now: int = 0
    to_come: int = 0
    closings: list[datetime] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.opened + self.waiting + self.open_now + self.to_come

    @property
    def next_closing(self) -> datetime | None:
        """When the first of the open windows closes."""
        return min(self.closings, default=None)

    def count(self, window: SurveyWindow) -> None:
        """Counts one window that came through `with_bounds`."""
        bounds = bounds_of(window)
        if window.opened_at is not None:
            self.opened += 1
        elif bounds.is_over(now()):
            self.waiting += 1
        elif is_open(window):
            self.open_now += 1
            if bounds.closes_at:
                self.closings.append(bounds.closes_at)
        else:
            self.to_come += 1


@dataclass
class Vintages:
    """The newest published vintage of a study, and whether a newer one was held back."""

    number: int | None = None
    made_at: datetime | None = None
    held_back: bool = False


def study_cards(user: User) -> list[dict[str, Any]]:
    """The studies this person reads: main outcome, boxes, newest vintage; three queries."""
    studies = list(Study.objects.visible_to(user).select_related("instrument_version"))
    boxes, vintages = _boxes(studies), _vintages(studies)
    return [_card(study, boxes[study.pk], vintages[study.pk]) for study in studies]


def _card(study: Study, boxes: Boxes, vintage: Vintages) -> dict[str, Any]:
    """One study; its outcome is the one that was declared first before the data."""
    protocol = study.spec
    scale = study.instrument_version.spec.scale(protocol.primary)
    return {
        "study": study,
        "primary": scale.title_in(LANGUAGE),
        "boxes": boxes,
        "vintage": vintage,
        "takes_imports": not protocol.courses,
    }


def boxes_of(study: Study) -> Boxes:
    """One study's boxes, counted."""
    return _boxes([study])[study.pk]


def _boxes(studies: Iterable[Study]) -> dict[int, Boxes]:
    found: dict[int, Boxes] = defaultdict(Boxes)
    windows = SurveyWindow.objects.filter(wave__study__in=studies).select_related("wave")
    for window in with_bounds(windows):
        found[window.wave.study_id].count(window)
    return found


def _vintages(studies: Iterable[Study]) -> dict[int, Vintages]:
    """Without the reports: what they show has a page of its own."""
    found: dict[int, Vintages] = defaultdict(Vintages)
    rows = OutcomeVintage.objects.filter(study__in=studies).order_by("study", "number")
    for study, number, published, made_at in rows.values_list(
        "study_id", "number", "published", "made_at"
    ):
        kept = found[study]
        if published:
            kept.number, kept.made_at = number, made_at
        kept.held_back = not published
    return found
