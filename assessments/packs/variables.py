"""The variables of released rows: what each column is called and means, alike in every file. Pure.

pandas and pyarrow are imported by those who need them; nothing here costs anything to import.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from assessments.covariates import COVARIATES
from assessments.documents import text_in
from assessments.frame import Frame
from assessments.measures import Item
from assessments.packs.names import names_for, wave_names
from assessments.packs.texts import plain

TEXT, CATEGORY, WHOLE, NUMBER = "text", "category", "whole", "number"
CODE, WAVE, ARM, CLUSTER = "code", "wave", "arm", "cluster"
LANGUAGE = "en"


class UnknownColumn(ValueError):
    """Released rows have a column that the study does not know, or does not release."""


@dataclass(frozen=True)
class Category:
    """One value a column may have: as CSV and Parquet hold it, what it means, and the number that
    stands for it where only numbers can have labels (.sav, .dta)."""

    value: str | int
    label: str
    number: int


@dataclass(frozen=True)
class Variable:
    """One column. `source` names the column of the released rows, `item` the question it answers.

    `wave` is set in the wide table alone, where an item has a column for each wave.
    """

    name: str
    source: str
    kind: str
    label: str
    categories: tuple[Category, ...] = ()
    is_ordered: bool = False
    low: float | None = None
    high: float | None = None
    item: Item | None = None
    wave: str = ""

    @property
    def measure(self) -> str:
        """The level of measurement, in SPSS's words."""
        if self.item and not self.item.scale.is_likert:
            return "scale"
        return "ordinal" if self.is_ordered else "nominal"

    @property
    def question(self) -> str:
        """The question as it was asked, with the text of its language English; empty if none."""
        return plain(self.item.text_in(LANGUAGE)) if self.item else ""

    @property
    def labels(self) -> dict[int, str]:
        """Labels by the number that stands for each value."""
        return {category.number: category.label for category in self.categories}

    @property
    def is_known_of_all(self) -> bool:
        """Whether the study knows this of everybody, so that it is missing only where withheld."""
        return self.source in (WAVE, ARM, CLUSTER)

    @property
    def is_covariate(self) -> bool:
        return self.kind == CATEGORY and not self.is_known_of_all


@dataclass(frozen=True)
class Marks:
    """Numbers that stand for a missing value and say why; below every answer that is possible.

    In Stata they are .a, .b, .c and .d. A text file leaves the cell empty for all of them.
    """

    skipped: int = -9
    not_asked: int = -8
    absent: int = -7
    withheld: int = -6

    @property
    def letters(self) -> dict[int, str]:
        return {self.skipped: "a", self.not_asked: "b", self.absent: "c", self.withheld: "d"}

    @property
    def words(self) -> dict[int, str]:
        return {
            self.skipped: "Not answered",
            self.not_asked: "Not asked: an earlier answer does not lead to it",
            self.absent: "No response in this wave",
            self.withheld: "Withheld to protect people",
        }


def marks_for(variables: Iterable[Variable]) -> Marks:
    """-9 to -6, or -99 to -96, and so on, where answers may be that low themselves.
    Beyond a million millions a number could no longer be told from its neighbour."""
    lowest = max(min((v.low for v in variables if v.low is not None), default=0), -(10**12))
    nines = 9
    while lowest <= -nines + 3:
        nines = nines * 10 + 9
    return Marks(-nines, -nines + 1, -nines + 2, -nines + 3)


def variables_of(
    columns: Sequence[str],
    seen: Mapping[str, Sequence[str]],
    whole: Iterable[str],
    frame: Frame,
) -> tuple[Variable, ...]:
    """The variables of the long table, in the order of the columns.

    `seen` gives the texts that stand in each column of text but the code, `whole` names those items
    answered with free numbers in which only whole ones stand. Raises UnknownColumn.
    """
    names = names_for(columns)
    wholes = set(whole)
    return tuple(
        _variable(column, name, seen.get(column, ()), column in wholes, frame)
        for column, name in zip(columns, names, strict=True)
    )


def wide_variables(
    long: Sequence[Variable], waves: Mapping[str, str], constant: Iterable[str]
) -> tuple[Variable, ...]:
    """The variables of the wide table: code, what is constant for every person, and the others once
    for each wave. `waves` are titles by code."""
    fixed = {CODE, *constant}
    once = [v for v in long if v.name in fixed]
    repeated = [v for v in long if v.name not in fixed and v.source != WAVE]
    by_wave = wave_names([v.name for v in repeated], list(waves))
    wanted = [v.name for v in once] + [name for names in by_wave for name in names]
    names = iter(names_for(wanted)[len(once) :])
    return (
        *once,
        *(
            replace(v, name=next(names), label=f"{plain(title)}: {v.label}", wave=wave)
            for v in repeated
            for wave, title in waves.items()
        ),
    )


def _variable(
    column: str, name: str, seen: Sequence[str], is_whole: bool, frame: Frame
) -> Variable:
    study = frame.study
    if column == CODE:
        return Variable(name, column, TEXT, "Person in this release (a code of this release alone)")
    if column == WAVE:
        waves = [(wave.code, wave.title_in(LANGUAGE)) for wave in study.waves]
        return _grouping(name, column, "Wave", waves, seen, is_ordered=True)
    if column == ARM:
        arms = [(arm.code, arm.title_in(LANGUAGE)) for arm in study.arms]
        return _grouping(name, column, "Arm of the study", arms, seen)
    if column == CLUSTER:
        return _grouping(name, column, "Block of cohorts", [], seen)
    if column in study.covariates:
        label, choices = COVARIATES[column].question_in(LANGUAGE), _choices(column, seen)
        return _grouping(name, column, label, choices, seen)
    items = {item.code: item for item in frame.instrument.numeric_items}
    if column not in items or not (
        items[column].scale.is_likert or column in study.released_numbers
    ):
        raise UnknownColumn(f"{study.code} releases no column {column!r}")
    return _answer(name, items[column], is_whole)


def _choices(covariate: str, seen: Sequence[str]) -> list[tuple[str, str]]:
    """The choices as asked or, where bands were merged, those that were released."""
    # The package brings numpy, which whoever imports packs does not need.
    from assessments.microdata.banding import released_choices

    asked, released = COVARIATES[covariate].choices, released_choices(covariate)
    wanted = asked if set(seen) <= asked.keys() else [one for one in released if one in seen]
    return [(choice, text_in(released[choice], LANGUAGE)) for choice in wanted]


def _grouping(
    name: str,
    source: str,
    label: str,
    declared: Sequence[tuple[str, str]],
    seen: Sequence[str],
    *,
    is_ordered: bool = False,
) -> Variable:
    """Declared values in their order, then others that stand in the rows."""
    labels = {**dict(declared), **{value: value for value in seen if value not in dict(declared)}}
    categories = tuple(
        Category(value, plain(words), number)
        for number, (value, words) in enumerate(labels.items(), start=1)
    )
    return Variable(name, source, CATEGORY, plain(label), categories, is_ordered)


def _answer(name: str, item: Item, is_whole: bool) -> Variable:
    scale = item.scale
    labels = {point: text_in(scale.labels[point], LANGUAGE) for point in sorted(scale.labels)}
    return Variable(
        name,
        item.code,
        WHOLE if scale.is_likert or is_whole else NUMBER,
        plain(item.text_in(LANGUAGE)),
        tuple(Category(point, plain(label), point) for point, label in labels.items()),
        is_ordered=True,
        low=scale.min,
        high=scale.max,
        item=item,
    )
