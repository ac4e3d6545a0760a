"""From the released rows, as they come, to small columns with known meanings."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assessments.frame import Frame
from assessments.packs.tables import Rows, WideTable
from assessments.packs.variables import (
    CATEGORY,
    CODE,
    LANGUAGE,
    TEXT,
    WAVE,
    WHOLE,
    Variable,
    marks_for,
    variables_of,
    wide_variables,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

_WIDTHS = (8, 16, 32, 64)
_LARGEST_WHOLE = 2_147_483_620
"""Stata's largest whole number; larger ones are kept like fractions."""


class UnknownWave(ValueError):
    """A response belongs to no wave of the study. Nothing was written."""


class DoubledResponse(ValueError):
    """One person stands twice in one wave. Nothing was written."""


def rows_of(long: "pd.DataFrame", frame: Frame) -> Rows:
    """The rows with what their columns mean.

    Raises UnknownColumn, UnknownWave and DoubledResponse.
    """
    import pyarrow as pa

    items = {item.code for item in frame.instrument.numeric_items}
    answers = [column for column in long.columns if column in items]
    texts = [column for column in long.columns if column not in items and column != CODE]
    seen = {column: _seen(long[column]) for column in texts}
    whole = [column for column in answers if _is_whole(long[column])]
    variables = variables_of(list(long.columns), seen, whole, frame)
    columns = {v.name: _column(long[v.source], v) for v in variables}
    place = _places(long[CODE], long[WAVE], frame.study.wave_codes)
    return Rows(frame, variables, pa.table(columns), place, marks_for(variables))


def wide_of(rows: Rows) -> WideTable:
    """The wide table; arm, block and covariates stand once in it where they are the same in all
    of each person's responses."""
    constant = [v.name for v in rows.variables if v.kind == CATEGORY and _is_constant(rows, v)]
    waves = {wave.code: wave.title_in(LANGUAGE) for wave in rows.frame.study.waves}
    return WideTable(rows, wide_variables(rows.variables, waves, constant))


def _seen(column: "pd.Series[Any]") -> list[str]:
    return [str(value) for value in column.dropna().unique() if value != ""]


def _is_whole(column: "pd.Series[Any]") -> bool:
    import numpy as np

    values = _floats(column)
    given = values[~np.isnan(values)]
    return bool((given == np.trunc(given)).all()) and bool((abs(given) <= _LARGEST_WHOLE).all())


def _floats(column: "pd.Series[Any]") -> "np.ndarray[Any, np.dtype[np.float64]]":
    import numpy as np

    return column.to_numpy(dtype=float, na_value=np.nan)


def _column(column: "pd.Series[Any]", variable: Variable) -> "pa.Array":
    import numpy as np
    import pyarrow as pa

    if variable.kind == TEXT:
        return pa.array(column, pa.string(), from_pandas=True)
    if variable.kind == CATEGORY:
        return _dictionary(column, variable)
    values = _floats(column)
    missing = np.isnan(values)
    if variable.kind != WHOLE:
        return pa.array(values, mask=missing)
    return pa.array(np.where(missing, 0, values).astype(f"int{_width(variable)}"), mask=missing)


def _width(variable: Variable) -> int:
    """Bits that hold the item's whole range."""
    largest = max(abs(variable.low or 0), abs(variable.high or 0))
    return next(width for width in _WIDTHS if largest < 2 ** (width - 1) or width == _WIDTHS[-1])


def _dictionary(column: "pd.Series[Any]", variable: Variable) -> "pa.DictionaryArray":
    import pandas as pd
    import pyarrow as pa

    values = [str(category.value) for category in variable.categories]
    indices = pd.Categorical(column, values).codes
    return pa.DictionaryArray.from_arrays(
        pa.array(indices, mask=indices < 0), pa.array(values, pa.string())
    )


def _places(
    codes: "pd.Series[Any]", waves: "pd.Series[Any]", order: Sequence[str]
) -> "np.ndarray[Any, np.dtype[np.int32]]":
    import numpy as np
    import pandas as pd

    persons, found = pd.factorize(codes)
    wave = pd.Categorical(waves, list(order)).codes
    if (wave < 0).any():
        raise UnknownWave("A released row stands in a wave that the protocol does not have")
    place = np.full((len(found), len(order)), -1, dtype=np.int32)
    place[persons, wave] = np.arange(len(codes), dtype=np.int32)
    if (place >= 0).sum() != len(codes):
        raise DoubledResponse("A released code stands twice in one wave")
    return place


def _is_constant(rows: Rows, variable: Variable) -> bool:
    if variable.source == WAVE:
        return False
    values, first = rows.column(variable.source).indices.fill_null(-1).to_numpy(), rows.first_rows()
    return all(
        bool((values[place[place >= 0]] == values[first[place >= 0]]).all())
        for place in rows.place.T
    )
