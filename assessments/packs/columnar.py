"""Parquet files: typed columns that say what they mean."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from assessments.packs.tables import Table
from assessments.packs.variables import Variable

if TYPE_CHECKING:
    import pyarrow as pa


def write_parquet(table: Table, facts: Mapping[str, str], path: Path) -> None:
    """The table piece by piece. Each column has its label, level of measurement and value labels
    as metadata; the file has `facts`."""
    import pyarrow.parquet as pq

    writer: pq.ParquetWriter | None = None
    try:
        for piece in table.pieces():
            writer = writer or pq.ParquetWriter(path, _schema(table, piece.schema, facts))
            writer.write_batch(piece.cast(writer.schema))
    finally:
        if writer:
            writer.close()


def _schema(table: Table, schema: "pa.Schema", facts: Mapping[str, str]) -> "pa.Schema":
    import pyarrow as pa

    fields = [schema.field(v.name).with_metadata(_meaning(v)) for v in table.variables]
    return pa.schema(fields, metadata=dict(facts))


def _meaning(variable: Variable) -> dict[str, str]:
    labels = {str(category.value): category.label for category in variable.categories}
    said = {
        "label": variable.label,
        "measure": variable.measure,
        "wave": variable.wave,
        "value_labels": json.dumps(labels, ensure_ascii=False) if labels else "",
    }
    return {key: text for key, text in said.items() if text}
