"""What is printed for a class, in words, before it is drawn. Pure."""

from dataclasses import dataclass

from lms.dashboards.reports.paper import About


@dataclass(frozen=True, slots=True)
class Name:
    """Somebody on paper: first and last name, agency, small group in words (empty: none), and what
    else is to be known, such as the module that a guest makes up."""

    first: str
    last: str
    agency: str
    group: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What people sign for at once, a day or a session: its heading, the facts below it, who is
    expected, and the line that whoever teaches signs."""

    heading: str
    facts: tuple[str, ...]
    names: tuple[Name, ...]
    seen_by: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """Sign-in sheets of a cohort. `columns`: the headings of number, name, in, out and signature;
    `others` is said above empty rows for people who are not on the list."""

    about: About
    columns: tuple[str, str, str, str, str]
    others: str
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True, slots=True)
class Tents:
    """Name tents of a cohort, one for each person. `fold` and `cut` are said at their lines."""

    about: About
    names: tuple[Name, ...]
    fold: str
    cut: str
