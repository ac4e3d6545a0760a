"""The table that leaves: labels of classes beside answers, under codes that mean nothing else."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from assessments.frame import Frame
from assessments.microdata.banding import released_choices
from assessments.microdata.classes import Labels
from assessments.microdata.columns import Array, Columns
from assessments.microdata.drawing import CODE_LENGTH, fresh_codes, keys
from assessments.microdata.outcome import Outcome

if TYPE_CHECKING:
    import pandas as pd


def table_of(columns: Columns, outcome: Outcome, frame: Frame) -> "pd.DataFrame":
    """One row per released response, by code and wave: codes are random, and so is the order.

    `wave`, `arm`, `cluster` and covariates are categories, steps nullable whole numbers, released
    numbers floats. A column of labels that nobody has is left out.
    """
    import pandas as pd

    codes, rows = _dealt(columns, outcome)
    parts = {"code": _texts(codes)}
    waves = frame.study.wave_codes
    parts["wave"] = pd.Series(
        pd.Categorical.from_codes(columns.wave[rows], categories=list(waves), ordered=True)
    )
    klass = outcome.klass[rows]
    for name, places, values in _labels(outcome.labels, frame):
        category = pd.Categorical.from_codes(places[klass], categories=values)
        parts[name] = pd.Series(category)
    for n, item in enumerate(columns.step_items):
        steps = columns.steps[rows, n]
        missing = steps == columns.missing_step
        steps[missing] = 0
        parts[item] = pd.Series(pd.arrays.IntegerArray(steps, missing))
    for n, item in enumerate(columns.number_items):
        parts[item] = pd.Series(columns.numbers[rows, n])
    return pd.DataFrame(parts, copy=False)


def _texts(codes: Array) -> "pd.Series[str]":
    """Texts of one length without a Python object each: a million of them take twelve megabytes."""
    import pandas as pd
    import pyarrow as pa

    ends = np.arange(len(codes) + 1, dtype=np.int64) * CODE_LENGTH
    buffers = pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(codes))
    return pd.Series(pd.array(pa.LargeStringArray.from_buffers(len(codes), *buffers), dtype="str"))


def _dealt(columns: Columns, outcome: Outcome) -> tuple[Array, Array]:
    """The rows that leave, in the order of their codes, and these."""
    count = int(outcome.unit.max(initial=-1)) + 1
    codes = np.sort(fresh_codes(count))
    rank = np.argsort(keys(count))
    rows = np.flatnonzero(outcome.is_released)
    rows = rows[np.lexsort((columns.wave[rows], rank[outcome.unit[rows]]))]
    return codes[rank[outcome.unit[rows]]], rows


def _labels(labels: Sequence[Labels], frame: Frame) -> Iterator[tuple[str, Array, Sequence[str]]]:
    """Name, place of the value by class (-1: none), and values of each column that has any."""
    study = frame.study
    clusters = {one.cluster for one in labels} - {""}
    columns: dict[str, Sequence[str]] = {
        "arm": [arm.code for arm in study.arms],
        "cluster": sorted(clusters, key=lambda name: int(name[1:])),
        **{name: list(released_choices(name)) for name in study.covariates},
    }
    for name, choices in columns.items():
        own = [one.value(name) for one in labels]
        values = [choice for choice in choices if name == "arm" or choice in own]
        if values:
            places = {choice: place for place, choice in enumerate(values)}
            yield name, np.array([places.get(one, -1) for one in own], np.int64), values
