"""A published report with what is needed to read it: the protocol and the words for codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from assessments.covariates import COVARIATES
from assessments.instruments import InstrumentSpec
from assessments.models import OutcomeVintage, Study
from assessments.scoring import score_range
from assessments.studies import StudySpec

Report = Mapping[str, Any]
LANGUAGE = "en"


@dataclass(frozen=True)
class Reading:
    """One study's report, which has been through disclosure control and may be of an older make:
    parts that it does not have are empty here. `seats` is None where it may not be told."""

    study: Study
    report: Report
    seats: int | None = None

    @classmethod
    def of(cls, study: Study, vintage: OutcomeVintage) -> "Reading":
        return cls(study, vintage.report, vintage.seats)

    @cached_property
    def spec(self) -> StudySpec:
        return self.study.spec

    @cached_property
    def instrument(self) -> InstrumentSpec:
        return self.study.instrument_version.spec

    @property
    def threshold(self) -> int:
        return int(self.report["threshold"])

    def wave(self, code: str) -> str:
        return self.spec.wave(code).title_in(LANGUAGE)

    def pair(self, first: str, second: str) -> str:
        told = {"first": self.wave(first), "second": self.wave(second)}
        return _("%(first)s to %(second)s") % told

    def title(self, scale: str) -> str:
        return self.instrument.scale(scale).title_in(LANGUAGE)

    def range(self, scale: str) -> tuple[float, float]:
        """The lowest and the highest score that the scale can have."""
        return score_range(self.instrument.scale(scale), self.instrument)

    def arm(self, code: str) -> str:
        return self.spec.arm(code).title_in(LANGUAGE)

    @cached_property
    def scales(self) -> dict[str, Report]:
        """In the instrument's order: PostgreSQL keeps the keys of a document in an order of its
        own."""
        held = self.report["scales"]
        return {one.code: held[one.code] for one in self.instrument.scales if one.code in held}

    @property
    def declared(self) -> list[str]:
        """The scales named before the data: the primary one, and the family."""
        named = {self.spec.primary, *self.spec.family}
        return [code for code in self.scales if code in named]

    @property
    def exploratory(self) -> list[str]:
        return [code for code in self.scales if code not in self.declared]

    def change(self, scale: str, first: str, second: str) -> Report:
        changes = self.scales[scale]["changes"]
        return next(one for one in changes if (one["from"], one["to"]) == (first, second))

    def paired(self, wave: str) -> int | None:
        """How many answered this wave and the first one; None where that is hidden."""
        rows = {row["wave"]: row["n_paired_with_first"] for row in self.report["flow"]}
        found: int | None = rows.get(wave)
        return found

    @property
    def first_pair(self) -> tuple[str, str]:
        return self.spec.wave_pairs[0]

    def asked(self, wave: str) -> Report | None:
        """Who of the first survey was asked in a later one, who stayed and who was lost: a row of
        the report's attrition. None where that is hidden, or was not told apart in older reports
        from those who were not asked yet."""
        rows = (row for row in self.parts("attrition") if row["wave"] == wave)
        row = next(rows, None)
        return row if row and row.get("n_not_asked") is not None else None

    def parts(self, name: str) -> list[Report]:
        """`breakdowns`, `comparisons` or `attrition`; of an older report none."""
        return list(self.report.get(name) or [])


_DIMENSIONS = {
    "cohort": lambda: _("Cohort"),
    "year": lambda: _("Year"),
    "rank_band": lambda: _("Rank"),
    "service_band": lambda: _("Years of service"),
    "workforce": lambda: _("Field of work"),
}


def dimension(code: str) -> str:
    """What people are grouped by."""
    return _DIMENSIONS[code]() if code in _DIMENSIONS else code


def group_label(by: str, value: str) -> str:
    """One group's name."""
    if by in COVARIATES:
        return dict(COVARIATES[by].choices_in(LANGUAGE)).get(value, value)
    return value
