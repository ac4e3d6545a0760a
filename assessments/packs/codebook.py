"""The codebook for people: one page of HTML without scripts and without anything from elsewhere."""

from collections.abc import Iterator, Sequence

from assessments.instrument_files import keyed_code
from assessments.packs import markup
from assessments.packs.about import About
from assessments.packs.counts import Counts
from assessments.packs.documents import MISSING_RULE
from assessments.packs.main_table import scale_columns
from assessments.packs.tables import Rows, WideTable
from assessments.packs.variables import CATEGORY, LANGUAGE, NUMBER, TEXT, WHOLE, Variable

_KINDS = {TEXT: "text", CATEGORY: "category", WHOLE: "whole number", NUMBER: "number"}


def codebook_html(rows: Rows, wide: WideTable, counts: Sequence[Counts], about: About) -> str:
    """Every column of data_long and data_wide, every value with its label and count, and the key
    of every scale."""
    study = rows.frame.study
    title = f"{study.title_in(LANGUAGE)}: codebook of release {about.number}"
    sections = [
        f"<h1>{markup.text(title)}</h1>",
        f"<p>{len(rows.table):,} responses under {len(rows.place):,} codes, as released on "
        f"{about.made_on.isoformat()}. People whose links were cut have several "
        "codes. README.md says how they came to be so.</p>",
        *_overview(counts),
        *_missing(rows),
        "<h2>Variables of data_long, one by one</h2>",
        *(part for one in counts for part in _variable(one)),
        *_wide(wide),
        *_scales(rows),
    ]
    return markup.document(title, "\n".join(sections))


def _overview(counts: Sequence[Counts]) -> Iterator[str]:
    yield "<h2>All variables of data_long</h2>"
    yield markup.table(
        "One row of data_long is one response",
        ("Name", "Label", "Type", "Level", "Given", "Missing"),
        [
            (
                f'<a href="#{one.variable.name}">{markup.code(one.variable.name)}</a>',
                markup.text(one.variable.label),
                _KINDS[one.variable.kind],
                one.variable.measure,
                one.given,
                one.missing,
            )
            for one in counts
        ],
    )


def _missing(rows: Rows) -> Iterator[str]:
    yield "<h2>Missing values</h2>"
    yield "<p>In CSV and Parquet files a missing value is empty, whatever the reason.</p>"
    yield markup.table(
        "Why a value is missing",
        ("Reason", "SPSS (.sav)", "Stata (.dta)"),
        [
            (markup.text(words), markup.code(str(number)), markup.code(f".{letter}"))
            for number, letter in rows.marks.letters.items()
            for words in [rows.marks.words[number]]
        ],
    )


def _variable(one: Counts) -> Iterator[str]:
    variable = one.variable
    yield f'<h3 id="{variable.name}">{markup.code(variable.name)}</h3>'
    yield f"<p>{markup.text(variable.label)}</p>"
    said = " ".join(_facts(variable))
    if said:
        yield f"<p>{said}</p>"
    if one.by_value:
        yield markup.table(
            f"Values of {variable.name}",
            ("Value in CSV and Parquet", "Number in .sav and .dta", "Label", "Responses"),
            [
                (
                    markup.code(str(category.value)),
                    category.number,
                    markup.text(category.label),
                    count,
                )
                for category, count in one.by_value.items()
            ],
        )
    if one.mean is not None:
        sd = "" if one.sd is None else f", standard deviation {one.sd:.2f}"
        yield f"<p>{one.given:,} given: mean {one.mean:.2f}{sd}.</p>"


def _facts(variable: Variable) -> Iterator[str]:
    item = variable.item
    if not item:
        return
    if item.code != variable.name:
        yield f"The instrument calls it {markup.code(item.code)}."
    yield f"Section {item.section}."
    yield f"Answers from {variable.low:g} to {variable.high:g}."
    if item.show_if:
        values = ", ".join(str(value) for value in item.show_if.values)
        yield f"Asked only where {markup.code(item.show_if.item)} was answered with {values}."


def _wide(wide: WideTable) -> Iterator[str]:
    yield "<h2>Variables of data_wide</h2>"
    yield (
        "<p>One row is one code. Values and labels are those of the variable of data_long that a "
        "column comes from.</p>"
    )
    yield markup.table(
        "Where the columns of data_wide come from",
        ("Name", "Variable of data_long", "Wave"),
        [
            (markup.code(v.name), markup.code(v.source), markup.code(v.wave) if v.wave else "")
            for v in wide.variables
        ],
    )


def _scales(rows: Rows) -> Iterator[str]:
    yield "<h2>Scales</h2>"
    yield f"<p>{MISSING_RULE} Items with a leading minus are reversed.</p>"
    columns = scale_columns(rows)
    yield markup.table(
        "Columns of scores.csv",
        ("Name", "Title", "Items", "Score", "Least answered", "Better"),
        [
            (
                markup.code(columns[scale.code]),
                markup.text(scale.title_in(LANGUAGE)),
                markup.code(", ".join(keyed_code(item) for item in scale.items)),
                scale.score,
                scale.min_answered,
                scale.better,
            )
            for scale in rows.frame.instrument.scales
        ],
    )
