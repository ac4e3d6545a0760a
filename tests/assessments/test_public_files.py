import csv
import io
import json

import pytest

from assessments.public_files import (
    DICTIONARY,
    EVERYTHING,
    FILES,
    TABLES,
    dictionary,
    file_of,
    media_type,
    offered_files,
)
from assessments.public_outcomes import public_document
from tests.public_reports import INSTRUMENT, STUDY, report

DOCUMENT = public_document(report(), STUDY, INSTRUMENT, {2024: 60, 2025: 4}, source=2)


def made(name, notes=DOCUMENT.notes):
    return file_of(name, "small-study", 3, DOCUMENT.rows, notes)


def rows(name, notes=DOCUMENT.notes):
    return list(csv.DictReader(io.StringIO(made(name, notes).decode())))


def test_column_names_are_stable():
    """Whoever reads the files by program relies on these: change them only with a new file."""
    assert {table.file: [column.name for column in table.columns] for table in TABLES} == {
        "all-years.csv": [
            "study",
            "vintage",
            "scale",
            "scale_title",
            "role",
            "scale_lowest",
            "scale_highest",
            "better",
            "wave_from",
            "wave_to",
            "people_about",
            "decimals",
            "mean_from",
            "mean_to",
            "mean_change",
            "ci_low",
            "ci_high",
            "ci_kind",
        ],
        "by-year.csv": [
            "study",
            "vintage",
            "scale",
            "scale_title",
            "role",
            "scale_lowest",
            "scale_highest",
            "better",
            "wave_from",
            "wave_to",
            "year",
            "people_about",
            "decimals",
            "mean_from",
            "mean_to",
            "mean_change",
            "ci_low",
            "ci_high",
            "ci_kind",
        ],
        "answered.csv": [
            "study",
            "vintage",
            "wave",
            "wave_title",
            "people_about",
            "also_first_about",
        ],
        "trained.csv": ["study", "vintage", "year", "people_about"],
    }


def test_a_row_of_a_year_reads_alone():
    assert rows("by-year.csv")[0] == {
        "study": "small-study",
        "vintage": "3",
        "scale": "scale_a",
        "scale_title": "Scale A",
        "role": "main",
        "scale_lowest": "1.0",
        "scale_highest": "5.0",
        "better": "higher",
        "wave_from": "pre",
        "wave_to": "post",
        "year": "2024",
        "people_about": "30",
        "decimals": "1",
        "mean_from": "3.0",
        "mean_to": "3.1",
        "mean_change": "0.1",
        "ci_low": "-0.1",
        "ci_high": "0.3",
        "ci_kind": "people",
    }


def test_numbers_stay_numbers_also_below_zero():
    lows = [row["ci_low"] for row in rows("all-years.csv")]
    assert lows == ["0.02", "-0.2"]
    assert b'"' not in made("all-years.csv")


def test_text_that_a_spreadsheet_would_run_is_quoted():
    scales = [one | {"titles": {"en": "=HYPERLINK(1)"}} for one in DOCUMENT.notes["scales"]]
    notes = DOCUMENT.notes | {"scales": scales}
    assert rows("all-years.csv", notes)[0]["scale_title"] == "'=HYPERLINK(1)"


def test_few_people_are_an_empty_cell():
    assert [row["people_about"] for row in rows("trained.csv")] == ["60", ""]


def test_the_dictionary_explains_every_column_and_what_may_be_added_up():
    explained = {(row["file"], row["column"]) for row in rows(DICTIONARY)}
    written = {
        (name, column)
        for name in FILES
        if name.endswith(".csv") and name != DICTIONARY
        for column in rows(name)[0]
    }
    assert explained == written
    assert all(
        row["meaning"] and row["adding_up"] and row["type"] for row in dictionary(DOCUMENT.notes)
    )


def test_nobody_says_of_imported_answers_that_the_outcome_was_named_before_them():
    imported = str(dictionary(DOCUMENT.notes | {"kind": "imported"}))
    assert "named in advance" not in imported
    assert "declared" not in imported
    assert "named in advance" in str(dictionary(DOCUMENT.notes))


def test_a_vintage_from_before_kinds_were_kept_has_the_same_files():
    old = {key: value for key, value in DOCUMENT.notes.items() if key != "kind"}
    assert made(DICTIONARY, old) == made(DICTIONARY)


def test_a_table_without_rows_is_not_offered():
    empty = DOCUMENT.rows | {"years": [], "trained": []}
    assert offered_files(DOCUMENT.rows) == FILES
    assert set(FILES) - set(offered_files(empty)) == {"by-year.csv", "trained.csv"}


def test_the_key_of_a_table_tells_its_rows_apart():
    for table in TABLES:
        keys = [tuple(row[name] for name in table.key) for row in rows(table.file)]
        assert len(keys) == len(set(keys))


def test_json_holds_the_same_rows_with_numbers_and_the_dictionary():
    document = json.loads(made(EVERYTHING))
    for table in TABLES:
        told = document["tables"][table.file.removesuffix(".csv")]["rows"]
        as_text = [
            {key: "" if value is None else str(value) for key, value in row.items()} for row in told
        ]
        assert as_text == rows(table.file)
    assert document["data_dictionary"] == dictionary(DOCUMENT.notes)
    assert document["tables"]["trained"]["rows"][0]["people_about"] == 60


def test_a_file_is_the_same_whatever_the_order_of_stored_keys():
    turned = dict(reversed(DOCUMENT.notes.items()))
    assert all(made(name) == made(name, turned) for name in FILES)


def test_another_name_is_no_file():
    with pytest.raises(KeyError):
        made("../settings.py")


def test_media_types_say_what_a_file_is():
    assert media_type("by-year.csv") == "text/csv; charset=utf-8; header=present"
    assert media_type(EVERYTHING) == "application/json"


def test_a_vintage_that_is_older_than_the_kinds_of_intervals_has_plain_ones():
    held = {name: [dict(row) for row in table] for name, table in DOCUMENT.rows.items()}
    for row in (*held["total"], *held["years"]):
        del row["ci_kind"]
    made = file_of("all-years.csv", "small-study", 3, held, DOCUMENT.notes).decode()
    assert [row["ci_kind"] for row in csv.DictReader(io.StringIO(made))] == ["people", "people"]
