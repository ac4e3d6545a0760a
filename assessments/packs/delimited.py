"""Text files: comma separated, UTF-8, no value that a spreadsheet runs as a formula."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from courses.spreadsheets.cells import FORMULA_STARTS

if TYPE_CHECKING:
    import pyarrow as pa

_FORMULA = "^[" + re.escape("".join(FORMULA_STARTS)).replace("\0", r"\x00") + "]"


def write_csv(pieces: Iterable["pa.RecordBatch"], path: Path) -> None:
    """Rows piece by piece under one line of names. Text stands in quotes, numbers do not (all
    their digits, a point for the decimals); a cell without a value is empty. An apostrophe is put
    before text that a spreadsheet would run."""
    from pyarrow import csv

    writer: csv.CSVWriter | None = None
    try:
        for piece in pieces:
            safe = _without_formulas(piece)
            writer = writer or csv.CSVWriter(path, safe.schema)
            writer.write_batch(safe)
    finally:
        if writer:
            writer.close()


def _without_formulas(piece: "pa.RecordBatch") -> "pa.RecordBatch":
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([_safe(c) for c in piece.columns], names=piece.schema.names)


def _safe(column: "pa.Array") -> "pa.Array":
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        return pa.DictionaryArray.from_arrays(column.indices, escaped(column.dictionary))
    return escaped(column) if pa.types.is_string(column.type) else column


def escaped(column: "pa.Array") -> "pa.Array":
    """`courses.spreadsheets.cells.escape_formula` of each text."""
    import pyarrow.compute as pc

    risky = pc.match_substring_regex(column, _FORMULA)
    if not pc.any(risky).as_py():
        return column
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)
