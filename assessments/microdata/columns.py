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

CHUNK_ROWS = 1_000
CODE_NUMBERS = 2
"""A person's code has 32 hex digits, two numbers of 64 bits."""
_ODD = np.uint64(0x9E3779B97F4A7C15)
_FIELDS = itemgetter("row", "code", "wave", "version", "answers")
NOT_GIVEN = 0
NO_COHORT = -1
Array = np.ndarray[Any, np.dtype[Any]]


class ReleaseError(ValueError):
    """Nothing can be released: rows do not belong to the study, or a rule would be broken."""


@dataclass(frozen=True)
class Columns:
    """One entry per response that has an answer which may leave, a person's in a row and in the
    order of the waves.

    `row` is the number that the row's id spells, `owner` numbers persons within their arm (who
    waited first and was trained later counts once in each), `person` whatever their arm,
    `wave` and `arm` are places in the protocol, `cohort` a place in `cohorts` (-1: none),
    `covariates` have 0 for not given, else the
    place of the choice from 1. `steps` hold `missing_step` and `numbers` NaN where nothing was
    answered. `digest` is the same for rows of the same wave and answers. `doubled` counts rows left
    out because their person had one of that wave and arm.
    """

    row: Array
    owner: Array
    person: Array
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
        self.cohorts: dict[str, int] = {"": NO_COHORT}
        self.given: dict[tuple[tuple[str, str], ...], int] = {}
        self.parts: list[dict[str, Array]] = []

    def add(self, chunk: Sequence[Row]) -> None:
        fields = [*zip(*map(_FIELDS, chunk), strict=True)] or [()] * 5
        ids, codes, waves, versions, answers = fields
        if set(versions) - {self.version}:
            raise ReleaseError("Some rows answer another version of the instrument")
        cohorts, given = self.cohorts, self.given
        texts = [tuple((row.get("covariates") or {}).items()) for row in chunk]
        part = {
            "row": _hex_numbers(ids).reshape(-1),
            "code": _hex_numbers(codes).reshape(-1, CODE_NUMBERS),
            "wave": _places(waves, self.waves),
            "arm": _places([row.get("arm", "") for row in chunk], self.arms),
            "cohort": _ints(
                [cohorts.setdefault(row.get("cohort") or "", len(cohorts) - 1) for row in chunk]
            ),
            "given": _ints([given.setdefault(one, len(given)) for one in texts]),
            "steps": _steps(answers, self.step_items, self.step_type),
            "numbers": _numbers(answers, self.number_items),
        }
        answered = _answered(part["steps"], part["numbers"])
        self.parts.append({name: column[answered] for name, column in part.items()})

    def _covariates(self, given: Array) -> Array:
        """What was given, as numbers; people give few different things."""
        asked = self.choices.items()
        table = [
            [choices.get(dict(one).get(name, ""), NOT_GIVEN) for name, choices in asked]
            for one in self.given
        ]
        return np.array(table, np.int8).reshape(len(table), len(self.choices))[given]

    def columns(self) -> Columns:
        if not self.parts:
            self.add([])
        whole = {name: self._joined(name) for name in list(self.parts[0])}
        code = whole.pop("code")
        # By id, so that of two rows the same one counts in every release.
        keys = (whole["row"], whole["wave"], whole["arm"], *code.T)
        order = np.lexsort(keys)
        starts = _changes(order, *keys[2:])
        first = starts | _changes(order, whole["wave"])
        person = np.cumsum(_changes(order, *code.T))[first] - 1
        order, owner = order[first], np.cumsum(starts)[first] - 1
        for name in whole:
            whole[name] = whole[name][order]
        covariates = self._covariates(whole.pop("given"))
        return Columns(
            **whole,
            covariates=covariates,
            owner=owner.astype(np.int32),
            person=person.astype(np.int32),
            digest=_digest(whole["wave"], whole["steps"], whole["numbers"]),
            cohorts=tuple(self.cohorts)[1:],
            step_items=self.step_items,
            number_items=self.number_items,
            doubled=int((~first).sum()),
        )

    def _joined(self, name: str) -> Array:
        """Takes the chunks of a column out of the parts, so that no column is held twice."""
        return np.concatenate([part.pop(name) for part in self.parts])


def _ints(values: Sequence[int]) -> Array:
    return np.array(values, np.int32)


def _hex_numbers(texts: Sequence[str]) -> Array:
    """One number of 64 bits for every sixteen hex digits."""
    return np.frombuffer(bytes.fromhex("".join(texts)), ">u8").astype(np.uint64)


def _changes(order: Array, *keys: Array) -> Array:
    """A mask of the entries, in an order, of which a key is not that of the entry before."""
    changed = np.zeros(len(order), bool)
    changed[:1] = True
    for key in keys:
        sorted_key = key[order]
        changed[1:] |= sorted_key[1:] != sorted_key[:-1]
    return changed


def _places(values: Sequence[str], known: Mapping[str, int]) -> Array:
    try:
        return np.array([known[value] for value in values], np.int8)
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
    for column in (*steps.T, *numbers.T):
        wide = column.astype(np.int64 if column.dtype.kind == "i" else np.float64)
        total = (total + wide.view(np.uint64)) * _ODD
        total ^= total >> np.uint64(29)
    return total
