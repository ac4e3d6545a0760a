"""What the public is shown of a study's report: fewer figures, and coarser ones.

A public vintage is made once from a report that has passed disclosure control, and never changed.
Readers may know how many sat in a class, so counts are rounded to the nearest ten; standard
deviations and p values, from which a count could be worked out again, are left out.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assessments.instruments import InstrumentSpec
from assessments.intervals import PEOPLE, said_of
from assessments.measures import Scale
from assessments.scoring import score_levels, score_range
from assessments.studies import StudySpec

Report = Mapping[str, Any]
Row = dict[str, Any]

ROUNDED_TO = 10
MOST_DECIMALS = 2
MAIN, FAMILY = "main", "family"
_MEANS = ("mean_from", "mean_to", "mean_change")

COMPARED, NOT_COMPARED = "comparison", "no_comparison"
MISSING, SELF_REPORTED = "missing", "self_reported"
SEVERAL_SCALES, YEARS_DIFFER, SMALL_GROUPS = "several_scales", "years_differ", "small_groups"
ROUNDED, FROZEN, INDEPENDENT = "rounded", "frozen", "independent"

CONFIDENTIAL, ANONYMOUS, IMPORTED = "confidential", "anonymous", "imported"


def kind_of(study: StudySpec) -> str:
    """How answers came here and how those of one person find together: sealed in the portal and
    matched with two keys, or by a code that people make; or read in from a file."""
    if not study.courses:
        return IMPORTED
    return ANONYMOUS if study.is_anonymous else CONFIDENTIAL


def noted_kind(notes: Report) -> str:
    """The kind that was frozen with a vintage. The oldest have none: their words are those of
    confidential studies, and stay."""
    return str(notes.get("kind", CONFIDENTIAL))


@dataclass(frozen=True)
class PublicDocument:
    """What is frozen: `rows`, the tables by name, and `notes`, all that is needed to read them.

    - `rows["total"]`: all years together, one row for each scale and pair of waves;
    - `rows["years"]`: one row for each scale, pair of waves and year that may be shown;
    - `rows["answered"]`: one row for each wave;
    - `rows["trained"]`: one row for each year.

    Of one scale and one pair of waves, everybody is in one row of a table at most.
    """

    rows: dict[str, list[Row]]
    notes: dict[str, Any]

    @property
    def digest(self) -> str:
        """SHA-256 of the tables and notes, whatever the order of keys they are stored in."""
        text = json.dumps([self.rows, self.notes], sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()


def about(n: int, least: int) -> int:
    """A count as the public gets it: to the nearest ten, and never below the threshold `least`."""
    return max(least, (n + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO)


def trained_rows(people: Mapping[int, int]) -> list[Row]:
    """People trained by year; None where it were fewer than ten. Years without anybody are left
    out."""
    return [
        {"year": str(year), "people_about": about(n, ROUNDED_TO) if n >= ROUNDED_TO else None}
        for year, n in sorted(people.items())
        if n
    ]


def public_document(
    report: Report,
    study: StudySpec,
    instrument: InstrumentSpec,
    trained: Mapping[int, int],
    *,
    source: int,
) -> PublicDocument:
    """The public part of a report. `trained`: how many people completed the study's courses, by
    year, each person once a year; `source`: the number that the evaluators' vintage has."""
    steps = {code: _step(instrument.scale(code), instrument) for code in _scales(study)}
    total = [
        _figures(code, change, change, study.threshold, steps[code])
        for code in _scales(study)
        for change in _changes(report, code, study)
        if _is_shown(change)
    ]
    years = [row for code in _scales(study) for row in _year_rows(report, code, study, steps[code])]
    rows = {
        "total": total,
        "years": years,
        "answered": _answered(report, study.threshold),
        "trained": trained_rows(trained),
    }
    notes = _notes(report, study, instrument, rows) | {"source": source, "kind": kind_of(study)}
    return PublicDocument(rows, notes)


def _scales(study: StudySpec) -> tuple[str, ...]:
    """The primary scale and the others of the family, in the protocol's order."""
    return (study.primary, *(code for code in study.family if code != study.primary))


def _changes(report: Report, code: str, study: StudySpec) -> Iterable[Report]:
    """Changes since the first wave; the others follow nearly from these, and are left out."""
    first = study.wave_codes[0]
    return [one for one in report["scales"][code]["changes"] if one["from"] == first]


def _is_shown(group: Report) -> bool:
    """Whether nothing is hidden of what the public is shown, and everything exists."""
    return all(group[key] is not None for key in ("n", *_MEANS, "ci_low", "ci_high"))


def _figures(code: str, change: Report, group: Report, threshold: int, step: float) -> Row:
    said, people = said_of(group), about(group["n"], threshold)
    decimals = decimals_for(step, people, threshold)
    row: Row = {
        "scale": code,
        "from": change["from"],
        "to": change["to"],
        "people_about": people,
        "decimals": decimals,
    }
    earlier, moved = (_rounded(group[key], decimals) for key in ("mean_from", "mean_change"))
    return row | {
        "mean_from": earlier,
        # Rounded by itself, a third mean would narrow down the number of people.
        "mean_to": _rounded(earlier + moved, decimals),
        "mean_change": moved,
        "ci_low": _rounded(said.low, decimals),
        "ci_high": _rounded(said.high, decimals),
        "ci_kind": said.kind,
    }


def _step(scale: Scale, instrument: InstrumentSpec) -> float:
    """By how much two possible scores differ at least."""
    low, high = score_range(scale, instrument)
    return (high - low) / (score_levels(scale, instrument) - 1)


def decimals_for(step: float, people: int, threshold: int) -> int:
    """With how many decimals a mean of about so many people may be told. A mean of scores in steps
    has n as its denominator: told too finely, it says which n of the ten it is."""
    fewest = max(threshold, people - ROUNDED_TO // 2)
    fitting = (d for d in range(MOST_DECIMALS, 0, -1) if step / fewest <= 10.0**-d)
    return next(fitting, 0)


def _rounded(value: Any, decimals: int) -> float:
    """Never a negative zero."""
    return round(float(value), decimals) + 0.0


def _year_rows(report: Report, code: str, study: StudySpec, step: float) -> list[Row]:
    first = study.wave_codes[0]
    return [
        {"year": group["labels"][0], **_figures(code, table, group, study.threshold, step)}
        for table in report.get("breakdowns") or []
        if table["by"] == ["year"] and table["scale"] == code and table["from"] == first
        for group in sorted(table["groups"] or [], key=lambda group: str(group["labels"][0]))
        if group["labels"][0] and _is_shown(group)
    ]


def _answered(report: Report, threshold: int) -> list[Row]:
    """How many answered each wave, and how many of them the first one too."""
    return [
        {
            "wave": row["wave"],
            "people_about": _about_or_none(row["n"], threshold),
            "also_first_about": _about_or_none(row["n_paired_with_first"], threshold),
        }
        for row in report["flow"]
    ]


def _about_or_none(n: int | None, threshold: int) -> int | None:
    return about(n, threshold) if n and n >= threshold else None


def _notes(
    report: Report, study: StudySpec, instrument: InstrumentSpec, rows: Mapping[str, list[Row]]
) -> dict[str, Any]:
    return {
        "code": study.code,
        "titles": dict(study.titles),
        "irb": study.irb,
        "funder": study.funder,
        "instrument": instrument.code,
        "instrument_titles": dict(instrument.title),
        "version": instrument.version,
        "threshold": study.threshold,
        "rounded_to": ROUNDED_TO,
        "waves": [{"code": wave.code, "titles": dict(wave.titles)} for wave in study.waves],
        "scales": [_scale_note(code, study, instrument) for code in _scales(study)],
        "caveats": _caveats(report, study, rows),
        "all_asked": _all_asked(report),
    }


def _all_asked(report: Report) -> dict[str, bool]:
    """By later wave, whether all cohorts of the first one had been asked in it; a wave of which the
    report does not tell is left out. How many were not would tell nearly how many of one class
    answered."""
    return {
        row["wave"]: row["n_not_asked"] == 0
        for row in report.get("attrition") or []
        if row.get("n_not_asked") is not None
    }


def _scale_note(code: str, study: StudySpec, instrument: InstrumentSpec) -> dict[str, Any]:
    scale = instrument.scale(code)
    lowest, highest = score_range(scale, instrument)
    return {
        "code": code,
        "titles": dict(scale.title),
        "role": MAIN if code == study.primary else FAMILY,
        "lowest": lowest,
        "highest": highest,
        "better": scale.better,
    }


def _caveats(report: Report, study: StudySpec, rows: Mapping[str, list[Row]]) -> list[str]:
    """What a reader has to know, by name and in the order in which it is said."""
    several_years = len({row["year"] for row in rows["years"]}) > 1
    kinds = {row["ci_kind"] for row in (*rows["total"], *rows["years"])}
    compared = any(not arm.is_training for arm in study.arms) and report.get("comparisons")
    told = {
        COMPARED if compared else NOT_COMPARED: True,
        MISSING: True,
        SELF_REPORTED: True,
        SEVERAL_SCALES: len(_scales(study)) > 1,
        INDEPENDENT: PEOPLE in kinds,
        YEARS_DIFFER: several_years,
        SMALL_GROUPS: True,
        ROUNDED: True,
        FROZEN: True,
    }
    return [name for name, is_so in told.items() if is_so]
