"""What files of SPSS and Stata have in common: numbers with labels, and missing values that say
why. Pure.

Both libraries need whole columns in memory.
"""

from datetime import date
from pathlib import Path

from assessments.packs.tables import Table
from assessments.packs.variables import TEXT, Marks, Variable

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

MAY_BE_WITHHELD = "Not answered, or withheld so that nobody stands out"
"""Of a covariate: it is taken away from some people at random, so that those who did not give it
are not alone. Nothing may tell the ones from the others."""


def coded(table: Table) -> list[Variable]:
    """The columns of numbers: all but text."""
    return [variable for variable in table.variables if variable.kind != TEXT]


def value_labels(variable: Variable) -> dict[int, str]:
    """Labels by number, without the white space at their ends that these programs drop."""
    return {number: words.strip() for number, words in variable.labels.items()}


def reasons(variable: Variable, marks: Marks) -> dict[int, str]:
    """The marks that may stand in a column, with what they mean."""
    possible = [marks.withheld] if variable.is_known_of_all else [marks.skipped]
    if variable.item and variable.item.show_if:
        possible.append(marks.not_asked)
    if variable.wave:
        possible.append(marks.absent)
    words = {number: marks.words[number] for number in possible}
    if variable.is_covariate:
        words |= {marks.skipped: MAY_BE_WITHHELD, marks.withheld: marks.words[marks.withheld]}
    return words


def day_and_month(day: date) -> str:
    """In English, whatever the machine speaks: 05 Nov."""
    return f"{day.day:02} {_MONTHS[day.month - 1]}"


def overwrite(path: Path, at: int, text: str) -> None:
    """Puts the day of the release in the place of the moment of writing: equal rows make equal
    files."""
    with path.open("r+b") as file:
        file.seek(at)
        file.write(text.encode("ascii"))
