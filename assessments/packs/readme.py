"""README.md: what is in a release, how it came to be so, and how to use and cite it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assessments.packs.about import About
from assessments.packs.datapackage import FORMULA_RULE
from assessments.packs.ddi import citation_of
from assessments.packs.documents import MISSING_RULE
from assessments.packs.tables import Rows
from assessments.packs.texts import one_line
from assessments.packs.variables import LANGUAGE

if TYPE_CHECKING:
    from assessments.microdata.told import Told

FILES = {
    "data_long.csv": "one row per response: who (a code of this release alone), wave, arm, block, "
    "covariates, answers",
    "data_wide.csv": "one row per code, answers once for each wave",
    "data_long.sav": "the same for SPSS and PSPP, with labels and reasons for missing values",
    "data_wide.sav": "the wide table for SPSS and PSPP",
    "data_long.dta": "the same for Stata 14 and later (format 118)",
    "data_wide.dta": "the wide table for Stata",
    "data_long.parquet": "the same for Arrow, pandas, R and DuckDB, with labels as metadata",
    "scores.csv": "scale scores, one row per response, as the portal computes them",
    "main_table.csv": "paired change by scale and pair of waves, computed from these rows",
    "reproduce.py": "computes main_table.csv anew (Python with pandas and scipy)",
    "reproduce.R": "computes main_table.csv anew (R without packages)",
    "scoring.json": "keys, reversed items, the rule for missing answers, marks of missing values",
    "instrument.yaml": "the questions as they were asked, in every language",
    "study.yaml": "the protocol: waves, outcomes named in advance, thresholds, information sheet",
    "codebook.html": "every variable and value, for people",
    "codebook.xml": "the same for archives (DDI-Codebook 2.5)",
    "datapackage.json": "the same for programs (Frictionless Data Package)",
    "SHA256SUMS": "checksums: sha256sum -c SHA256SUMS",
}
_COUNTED = {
    "waiting": "Rows held back because their cohorts are too few for a block",
    "left_out": "Rows left out so that nobody stands among few, here or in the report less these",
    "doubled": "Rows left out because their person had answered that wave before",
    "blanked": "Persons of whom one covariate was taken away",
}


def readme(
    rows: Rows,
    told: "Told",
    about: About,
    files: Sequence[str],
    change: Sequence[Mapping[str, Any]],
) -> str:
    """`files` are the names written, `change` the rows of the main table."""
    title = one_line(rows.frame.study.title_in(LANGUAGE))
    sections = [
        f"# {title}: release {about.number}",
        "\n".join(_facts(rows, about)),
        "## Files",
        "\n".join(f"- `{name}`: {FILES[name]}" for name in files),
        *_without_labels(files),
        "## How these rows were protected",
        "\n".join(_protection(rows, told)),
        "## Reading them",
        "\n".join(_reading(rows)),
        "## The main table and the report",
        "\n\n".join(_comparison(about, change)),
        "## How to cite",
        one_line(citation_of(rows, about)),
    ]
    return "\n\n".join(sections) + "\n"


def _facts(rows: Rows, about: About) -> Iterator[str]:
    until = about.expires_on.isoformat() if about.expires_on else "no day is set"
    yield f"- Release: number {about.number} of study `{rows.frame.study.code}`"
    yield f"- Made on: {about.made_on.isoformat()}, for {one_line(about.person)}"
    yield f"- Purpose: {one_line(about.purpose)}"
    yield f"- To be deleted by: {until}"
    yield f"- Belongs to: {_vintage(about)}"
    yield f"- Rows: {len(rows.table):,} responses under {len(rows.place):,} codes"
    yield "- Codes: one for each person, and one for each response whose link was cut"


def _vintage(about: About) -> str:
    return f"vintage {about.vintage} of the report" if about.vintage else "no published report"


def _without_labels(files: Sequence[str]) -> Iterator[str]:
    if "data_long.sav" not in files:
        yield (
            "There are no files for SPSS and Stata: what writes them needs all rows in memory "
            "several times over, and these are too many. Both read data_long.csv; value labels are "
            "in datapackage.json."
        )


def _protection(rows: Rows, told: "Told") -> Iterator[str]:
    yield (
        f"- Every combination of what is told about a person beside the answers (arm, block, "
        f"covariates, waves answered) is shared by at least k = {told.k} persons."
    )
    yield f"- Declared profile: `{told.profile}`; blocks of cohorts: {told.clusters}."
    yield f"- Figures of the report and rows of the main table rest on {_threshold(rows)}."
    for name, way in told.covariates.items():
        yield f"- Covariate `{name}`: {way}."
    for name, why in told.withheld.items():
        yield f"- Item `{one_line(name)}` is withheld: {why}."
    for field, words in _COUNTED.items():
        yield f"- {words}: {getattr(told, field)}."
    yield "- There are no dates, rows are shuffled, and codes are good for this release only."
    yield "- Do not try to find out who anybody is, and do not join these rows with others."


def _threshold(rows: Rows) -> str:
    return f"at least {rows.frame.study.threshold} persons with both waves"


def _reading(rows: Rows) -> Iterator[str]:
    marks = rows.marks
    yield f"- {MISSING_RULE}"
    yield (
        "- A missing value is an empty cell in CSV and null in Parquet. Files for SPSS (user-"
        "missing) and Stata (extended missing) give a reason: "
        + "; ".join(
            f"{n} and .{letter}: {marks.words[n].lower()}" for n, letter in marks.letters.items()
        )
        + "."
    )
    yield (
        "- A covariate that is missing where the arm is told was not answered, or was taken away "
        "so that those who did not answer do not stand out. Which of the two is not told."
    )
    yield f"- {FORMULA_RULE}"
    yield (
        "- Categories that are text in CSV and Parquet are numbers with labels in SPSS and Stata "
        "files; codebook.html lists both. Labels longer than a format takes end in … there: the "
        "whole text is in codebook.html, codebook.xml and datapackage.json."
    )
    yield (
        "- Column names are the same in every file: letters, digits and _, at most 27 characters. "
        "Where that is not the code of the item, codebook.html names both."
    )


def _comparison(about: About, change: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield (
        "main_table.csv is computed from the rows of this release, the report from all "
        "responses, each linked exactly. They differ where rows were left out to protect "
        "people, where a cohort is known as part of a block only, or where responses came or were "
        "withdrawn after the report was made. Which rows are left out depends on how many people "
        "have the same pattern of waves, never on what they answered. Quote the report; use these "
        "rows for what it does not say."
    )
    lines = list(_pairs(about.report, change)) if about.report else []
    if lines:
        head = ["| Scale | From | To | Pairs here | Pairs in the report |", "|---|---|---|---|---|"]
        yield "\n".join([*head, *lines])


def _pairs(report: Mapping[str, Any], change: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for row in change:
        told = report.get("scales", {}).get(row["scale"], {}).get("changes", ())
        same = [one for one in told if (one["from"], one["to"]) == (row["from"], row["to"])]
        n = same[0]["n"] if same else None
        shown = "hidden" if n is None else n
        yield f"| {row['scale']} | {row['from']} | {row['to']} | {row['n']} | {shown} |"
