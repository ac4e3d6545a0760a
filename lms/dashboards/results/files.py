"""Tables of a report as rows of CSV."""

from typing import Any

from assessments.outcome_table import TABLES
from courses.spreadsheets.cells import escape_formula
from lms.dashboards.results.reading import Report


def csv_rows(report: Report, name: str = "changes") -> tuple[list[str], list[dict[str, Any]]]:
    """Columns and rows of one of TABLES; text that a spreadsheet would take for a formula is
    quoted, numbers stay numbers at full precision."""
    made = TABLES[name]
    rows = [{key: _safe(value) for key, value in row.items()} for row in made.rows(report)]
    return list(made.columns), rows


def _safe(value: Any) -> Any:
    return escape_formula(value) if isinstance(value, str) else value
