"""The Massachusetts training year: 1 July to 30 June. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

FIRST_MONTH = 7
MONTHS = (7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True, slots=True, order=True)
class TrainingYear:
    """One training year, named by the calendar year in which it begins."""

    first: int

    @classmethod
    def of(cls, day: date) -> "TrainingYear":
        """The training year in which a day lies."""
        return cls(day.year if day.month >= FIRST_MONTH else day.year - 1)

    @property
    def label(self) -> str:
        """As certificates and reports write it: "2025-2026"."""
        return f"{self.first}-{self.first + 1}"

    @property
    def first_day(self) -> date:
        return date(self.first, FIRST_MONTH, 1)

    @property
    def last_day(self) -> date:
        return date(self.first + 1, FIRST_MONTH - 1, 30)

    def moments(self, zone: str) -> tuple[datetime, datetime]:
        """When it begins in an IANA time zone, and when the next one does."""
        first, after = (
            datetime.combine(year.first_day, time(), tzinfo=ZoneInfo(zone))
            for year in (self, TrainingYear(self.first + 1))
        )
        return first, after

    @property
    def months(self) -> list[date]:
        """The first days of its twelve months, in order."""
        return [
            date(self.first if month >= FIRST_MONTH else self.first + 1, month, 1)
            for month in MONTHS
        ]
