"""A study's responses as columns of small numbers: a million of them in about fifty megabytes.

Read batch by batch; no more than one chunk of rows exists as rows at any time. Default deny: of
what was answered only steps and the numbers that the protocol releases are read at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from operator import itemgetter
from typing import Any

import numpy as np

from assessments.ballot_box.batches import Row
from assessments.covariates import COVARIATES
from assessments.frame import Frame
from assessments.measures import InstrumentSpec
from assessments.studies import StudySpec

CHUNK_ROWS = 10_000
NOT_GIVEN = 0
Array = np.ndarray[Any, np.dtype[Any]]


class ReleaseError(ValueError):
    """Nothing can be released: rows do not belong to the study, or a rule would be broken."""


@dataclass(frozen=True)
class Columns:
    """One entry per response that has an answer which may leave, a person's in a row and in the
    order of the waves.

    `row` is the number that the row's id spells, `owner` numbers persons within their arm (who
    waited first and was trained later counts once in each), `wave` and `arm` are places in the
    protocol, `cohort` a place in `cohorts` (-1: none), `covariates` have 0 for not given, else the
    place of the choice from 1. `steps` hold `missing_step` and `numbers` NaN where nothing was
    answered. `digest` is the same for rows of the same wave and answers. `doubled` counts rows left
    out because their person had one of that wave and arm.
    """

    row: Array
    owner: Array
    wave: Array
    arm: Array
    cohort: Array
    covariates: Array
    steps: Array
    numbers: Array
    digest: Array
    cohorts: tuple[str, ...]
    step_items: tuple[str, ...]
    number_items: tuple[str, ...]
    doubled: int

    def __len__(self) -> int:
        return len(self.row)

    def __repr__(self) -> str:
        """No traceback or log line may hold an answer."""
        return f"<Columns of {len(self)}>"

    @property
    def owners(self) -> int:
        """How many there are."""
        return int(self.owner.max(initial=-1)) + 1

    @property
    def missing_step(self) -> int:
        return int(np.iinfo(self.steps.dtype).min)


def released_items(
    study: StudySpec, instrument: InstrumentSpec
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Codes of the items answered in steps, and of those whose numbers the protocol releases."""
    steps = tuple(item.code for item in instrument.items if item.scale.is_likert)
    return steps, tuple(study.released_numbers)


def read_columns(rows: Iterable[Row], frame: Frame) -> Columns:
    """Raises ReleaseError where a row is of another wave, arm or instrument version."""
    reader = _Reader(frame)
    source = iter(rows)
    while chunk := list(islice(source, CHUNK_ROWS)):
        reader.add(chunk)
    return reader.columns()


class _Reader:
    """Turns chunks of rows into chunks of columns, numbering texts as they appear."""

    def __init__(self, frame: Frame) -> None:
        study, instrument = frame.study, frame.instrument
        self.version = instrument.version
        self.waves = {code: place for place, code in enumerate(study.wave_codes)}
        self.arms = {arm.code: place for place, arm in enumerate(study.arms)}
        self.arms[""] = self.arms[study.training_arm.code]
        self.choices = {
            name: {choice: place for place, choice in enumerate(COVARIATES[name].choices, start=1)}
            for name in study.covariates
        }
        self.step_items, self.number_items = released_items(study, instrument)
        self.step_type = _step_type(instrument)
        self.people: dict[str, int] = {}
        self.cohorts: dict[str, int] = {}
        self.parts: list[dict[str, Array]] = []

    def add(self, chunk: Sequence[Row]) -> None:
        if any(row["version"] != self.version for row in chunk):
            raise ReleaseError("Some rows answer another version of the instrument")
        people, cohorts = self.people, self.cohorts
        answers = [row["answers"] for row in chunk]
        part = {
            "row": _row_numbers([row["row"] for row in chunk]),
            "person": _ints(people.setdefault(row["code"], len(people)) for row in chunk),
            "wave": _places([row["wave"] for row in chunk], self.waves, np.int8),
            "arm": _places([row.get("arm", "") for row in chunk], self.arms, np.int8),
            "cohort": _ints(
                cohorts.setdefault(row["cohort"], len(cohorts)) if row.get("cohort") else -1
                for row in chunk
            ),
            "covariates": self._covariates(chunk),
            "steps": _steps(answers, self.step_items, self.step_type),
            "numbers": _numbers(answers, self.number_items),
        }
        answered = _answered(part["steps"], part["numbers"])
        self.parts.append({name: column[answered] for name, column in part.items()})

    def _covariates(self, chunk: Sequence[Row]) -> Array:
        given = [row.get("covariates") or {} for row in chunk]
        table = np.zeros((len(chunk), len(self.choices)), np.int8)
        for column, (name, choices) in enumerate(self.choices.items()):
            table[:, column] = [choices.get(one.get(name, ""), NOT_GIVEN) for one in given]
        return table

    def columns(self) -> Columns:
        self.people.clear()
        if not self.parts:
            self.add([])
        whole = {name: self._joined(name) for name in list(self.parts[0])}
        stays = whole.pop("person").astype(np.int64) * len(self.arms) + whole["arm"]
        places = stays * len(self.waves) + whole["wave"]
        order = np.argsort(places, kind="stable")
        first = np.ones(len(order), bool)
        first[1:] = np.diff(places[order]) != 0
        order = order[first]
        starts = np.diff(stays[order], prepend=-1) != 0
        whole = {name: column[order] for name, column in whole.items()}
        return Columns(
            **whole,
            owner=(np.cumsum(starts) - 1).astype(np.int32),
            digest=_digest(whole["wave"], whole["steps"], whole["numbers"]),
            cohorts=tuple(self.cohorts),
            step_items=self.step_items,
            number_items=self.number_items,
            doubled=int((~first).sum()),
        )

    def _joined(self, name: str) -> Array:
        """Takes the chunks of a column out of the parts, so that no column is held twice."""
        return np.concatenate([part.pop(name) for part in self.parts])


def _ints(values: Iterable[int]) -> Array:
    return np.fromiter(values, np.int32)


def _row_numbers(ids: Sequence[str]) -> Array:
    return np.frombuffer(bytes.fromhex("".join(ids)), ">u8").astype(np.uint64)


def _places(values: Sequence[str], known: Mapping[str, int], kind: Any) -> Array:
    try:
        return np.array([known[value] for value in values], kind)
    except KeyError as error:
        raise ReleaseError(f"The protocol has no wave or arm {error}") from error


def _step_type(instrument: InstrumentSpec) -> Any:
    """The smallest type that holds every step and one value more."""
    ends = [abs(int(end)) for i in instrument.items for end in (i.scale.min, i.scale.max)]
    widest = max(ends, default=0)
    return next(t for t in (np.int8, np.int16, np.int32, np.int64) if widest <= np.iinfo(t).max)


def _steps(answers: Sequence[Mapping[str, Any]], items: Sequence[str], kind: Any) -> Array:
    missing = int(np.iinfo(kind).min)
    return _table(answers, items, missing, kind)


def _numbers(answers: Sequence[Mapping[str, Any]], items: Sequence[str]) -> Array:
    return _table(answers, items, np.nan, np.float64)


def _table(
    answers: Sequence[Mapping[str, Any]], items: Sequence[str], missing: float, kind: Any
) -> Array:
    if len(items) < 2:
        values: Iterable[Any] = (one.get(item, missing) for one in answers for item in items)
    else:
        values = chain.from_iterable(_taken(answers, items, missing))
    return np.fromiter(values, kind, len(answers) * len(items)).reshape(len(answers), len(items))


def _taken(
    answers: Sequence[Mapping[str, Any]], items: Sequence[str], missing: float
) -> Iterable[Sequence[Any]]:
    # Most people answer every item, and taking all at once is twice as quick as one by one.
    take = itemgetter(*items)
    for one in answers:
        try:
            yield take(one)
        except KeyError:
            yield [one.get(item, missing) for item in items]


def _answered(steps: Array, numbers: Array) -> Array:
    some: Array = (steps != np.iinfo(steps.dtype).min).any(axis=1)
    return some | (~np.isnan(numbers)).any(axis=1)


def _digest(wave: Array, steps: Array, numbers: Array) -> Array:
    """A number of 64 bits that rows of the same wave and answers share."""
    total = wave.astype(np.uint64)
    whole = [steps[:, n].astype(np.int64).view(np.uint64) for n in range(steps.shape[1])]
    exact = [np.ascontiguousarray(numbers[:, n]).view(np.uint64) for n in range(numbers.shape[1])]
    for column in (*whole, *exact):
        total = (total + column) * np.uint64(0x9E3779B97F4A7C15)
        total ^= total >> np.uint64(29)
    return total
