import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from assessments.instruments import parse_instrument
from assessments.responses_file import coded_rows, columns_for, read_responses
from assessments.studies import parse_study
from tests.surveys import instrument_document, study_document

INSTRUMENT = parse_instrument(instrument_document())
STUDY = parse_study(study_document("cit", covariates=("workforce", "rank_band")), INSTRUMENT)
HEADER = "participant,wave,cohort,workforce,A1,A2,M1"
GOOD = f"{HEADER}\nP1,pre,Spring,sworn,4,,12.5\nP1,post,Spring,sworn,5,1,\n"


def read(text: str, encoding: str = "utf-8", name: str = "responses.csv"):
    return read_responses(text.encode(encoding), name, study=STUDY, instrument=INSTRUMENT)


def faults(text: str) -> list[tuple[int, str, str]]:
    return [(p.line, p.column, p.code) for p in read(text).problems]


def test_a_line_is_what_one_participant_answered_in_one_wave():
    before, after = read(GOOD).responses
    assert (before.line, before.participant, before.wave, before.cohort) == (
        2,
        "P1",
        "pre",
        "Spring",
    )
    assert before.answers == {"A1": 4, "M1": 12.5}
    assert before.covariates == {"workforce": "sworn"}
    assert after.answers == {"A1": 5, "A2": 1}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_files_arrive_in_every_usual_shape(encoding, mark):
    text = "Participant, WAVE ,a1,Cohort\nMuñoz,Pre,4,Été\n".replace(",", mark)
    (response,) = read(text, encoding).responses
    assert (response.participant, response.wave, response.cohort) == ("Muñoz", "pre", "Été")
    assert response.answers == {"A1": 4}


def test_a_workbook_reads_like_a_text():
    book = Workbook()
    for row in [
        ["participant", "wave", "A1", "M1"],
        [7, "pre", 4, 12.3456789012345],
        [7, "post", 5, None],
    ]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    found = read_responses(out.getvalue(), "r.xlsx", study=STUDY, instrument=INSTRUMENT)
    assert [(r.participant, r.answers) for r in found.responses] == [
        ("7", {"A1": 4, "M1": 12.3456789012345}),
        ("7", {"A1": 5}),
    ]


def test_it_tells_how_many_people_are_in_every_wave():
    found = read(f"{GOOD}P2,pre,,,1,1,1\n")
    assert (found.participants, found.by_wave, found.in_every_wave) == (2, {"pre": 2, "post": 1}, 1)


def test_free_text_has_no_column():
    document = instrument_document()
    document["response_scales"]["words"] = {"type": "text", "max_length": 90}
    document["items"][0]["scale"] = "words"
    document["scales"] = document["scales"][1:]
    asked = parse_instrument(document)
    study = parse_study(study_document("cit") | {"primary": "scale_b", "family": []}, asked)
    assert "A1" not in columns_for(study, asked)
    found = read_responses(
        b"participant,wave,A1,A2\nP1,pre,Doe,4\n", "r.csv", study=study, instrument=asked
    )
    assert [(p.column, p.code) for p in found.problems] == [("A1", "column_unknown")]


def test_items_without_a_column_are_named():
    assert read(GOOD).missing_items == ("A3", "B1", "B2", "B3")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("wave,A1,Badge", [(1, "participant", "column_missing")]),
        ("participant,A1", [(1, "wave", "column_missing")]),
        ("participant,wave,cohort", [(1, "", "no_items")]),
        ("participant,wave,A1,Badge", [(1, "Badge", "column_unknown")]),
        ("participant,wave,A1,a1", [(1, "A1", "column_twice")]),
        # Declared by no study of this name: not asked here.
        ("participant,wave,A1,service_band", [(1, "service_band", "column_unknown")]),
    ],
)
def test_a_header_that_does_not_fit_the_study_is_refused(header, expected):
    assert faults(f"{header}\n1,pre,4,2\n") == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (",pre,,,4,,", (2, "participant", "missing")),
        ("P1,,,,4,,", (2, "wave", "missing")),
        ("P1,later,,,4,,", (2, "wave", "unknown_wave")),
        ("P1,pre,,admiral,4,,", (2, "workforce", "not_a_choice")),
        ("P1,pre,,,6,,", (2, "A1", "out_of_range")),
        ("P1,pre,,,2.5,,", (2, "A1", "not_whole")),
        ("P1,pre,,,agree,,", (2, "A1", "not_a_number")),
        ("P1,pre,,,NA,,", (2, "A1", "not_a_number")),
        ("P1,pre,,,,,1e999", (2, "M1", "out_of_range")),
        ("P1,pre,,,,,-1", (2, "M1", "out_of_range")),
        (f"{'P' * 65},pre,,,4,,", (2, "participant", "too_long")),
        ("P1,pre,,,4,,,9", (2, "", "too_many_cells")),
    ],
)
def test_a_fault_is_told_with_line_and_column(row, expected):
    assert faults(f"{HEADER}\n{row}\n") == [expected]


ARMS = [
    {"code": "taught", "title": "Taught", "kind": "training"},
    {"code": "later", "title": "Taught later", "kind": "waiting_list"},
]
COMPARING = parse_study(study_document("cit", arms=ARMS), INSTRUMENT)


def compared(text: str):
    return read_responses(text.encode(), "r.csv", study=COMPARING, instrument=INSTRUMENT)


def test_who_was_not_trained_is_told_by_the_arm():
    found = compared("participant,wave,ARM,A1\nP1,pre,Later,4\nP1,post,later,5\nP2,pre,taught,1\n")
    assert [response.arm for response in found.responses] == ["later", "later", "taught"]
    assert [row["arm"] for row in coded_rows(found.responses, 1)] == ["later", "later", "taught"]
    assert "arm" in columns_for(COMPARING, INSTRUMENT)


def test_without_the_column_rows_have_no_arm():
    (response,) = compared("participant,wave,A1\nP1,pre,4\n").responses
    assert response.arm == ""


def test_a_study_of_one_arm_takes_no_such_column():
    assert faults("participant,wave,arm,A1\nP1,pre,later,4\n") == [(1, "arm", "column_unknown")]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("P1,pre,elsewhere,4", (2, "arm", "unknown_arm", "taught, later")),
        # Not "trained by default": nobody meant to say so.
        ("P1,pre,,4", (2, "arm", "missing", "")),
        ("P1,pre,later,4\nP1,post,taught,4", (3, "arm", "other_arm", "2")),
    ],
)
def test_an_arm_that_cannot_be_is_told_with_line_and_column(rows, expected):
    (problem,) = compared(f"participant,wave,arm,A1\n{rows}\n").problems
    assert (problem.line, problem.column, problem.code, problem.value) == expected


def test_answers_that_stand_where_the_header_should_are_not_repeated():
    found = read("Nightingale,pre,4,2\nEstrada,pre,5,1\n")
    assert [(p.line, p.column, p.code) for p in found.problems] == [
        (1, "participant", "column_missing"),
        (1, "wave", "column_missing"),
    ]
    assert "Nightingale" not in repr(found)


def test_one_fault_does_not_hide_the_next():
    found = faults(f"{HEADER}\nP1,later,,,9,,\n,pre,,,4,,\n")
    assert found == [
        (2, "wave", "unknown_wave"),
        (2, "A1", "out_of_range"),
        (3, "participant", "missing"),
    ]


def test_a_second_line_for_a_participant_and_wave_is_refused_naming_the_first():
    (problem,) = read(f"{GOOD} P1 ,PRE,,,1,1,1\n").problems
    assert (problem.line, problem.code, problem.value) == (4, "duplicate", "2")


def test_no_fault_repeats_what_stands_in_a_cell():
    found = read(f"{HEADER}\nOfc. Estrada,pre,,secret,77,hidden,\n")
    assert found.problems
    assert not [p for p in found.problems if {"77", "hidden", "secret"} & set(p.value.split())]
    assert "Estrada" not in repr(found.problems)


def test_a_response_shows_neither_person_nor_answers_in_a_traceback():
    told = repr(read(GOOD).responses)
    assert "P1" not in told
    assert "12.5" not in told
    assert "sworn" not in told


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "r.csv", "no_rows"),
        (HEADER.encode(), "r.csv", "no_rows"),
        (b"PK\x03\x04 not really", "r.xlsx", "unreadable"),
        (b"x" * 100, "r.csv", "too_large"),
    ],
)
def test_a_file_without_responses_is_refused_as_a_whole(data, name, code):
    found = read_responses(data, name, study=STUDY, instrument=INSTRUMENT, max_bytes=99)
    assert [problem.code for problem in found.problems] == [code]


def test_the_template_has_the_headings_that_the_reader_knows():
    headings = columns_for(STUDY, INSTRUMENT)
    assert not read(",".join(headings) + "\nP1,pre,,,,4,4,4,4,4,4,4\n").problems


def test_a_participant_has_one_random_code_in_all_waves():
    first, second = coded_rows(read(GOOD).responses, 1), coded_rows(read(GOOD).responses, 1)
    assert first[0]["code"] == first[1]["code"]
    assert len(bytes.fromhex(first[0]["code"])) == 16
    assert {row["code"] for row in first}.isdisjoint(row["code"] for row in second)
    assert "P1" not in str(first)


def test_a_line_without_answers_is_left_out():
    assert len(coded_rows(read(f"{GOOD}P2,pre,,,,,\n").responses, 1)) == 2


people = st.lists(
    st.tuples(
        st.text(
            st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=9
        ),
        st.sampled_from(["pre", "post"]),
        st.one_of(st.none(), st.integers(1, 5)),
        st.one_of(st.none(), st.floats(0, 600)),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda row: (row[0].strip("'"), row[1]),
)


@given(rows=people)
def test_what_is_written_is_read_at_full_precision(rows):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["participant", "wave", "A1", "M1"])
    writer.writerows([[f"x{row[0]}", *row[1:]] for row in rows])
    found = read(out.getvalue())
    assert not found.problems
    assert [(r.answers.get("A1"), r.answers.get("M1")) for r in found.responses] == [
        (row[2], row[3]) for row in rows
    ]


@settings(max_examples=200)
@given(data=st.binary(max_size=300), name=st.sampled_from(["r.csv", "r.xlsx", ""]))
def test_no_bytes_make_the_reader_fail(data, name):
    found = read_responses(data, name, study=STUDY, instrument=INSTRUMENT)
    assert found.responses or found.problems


cells = st.sampled_from(["", "P1", "pre", "post", "4", "9", "x", "=1+1", "é", "1e400", " ", '"'])


@settings(max_examples=200)
@given(st.lists(st.lists(cells, max_size=9), max_size=8))
def test_every_line_is_either_read_or_refused(table):
    body = "\n".join(",".join(f'"{c}"' if c != '"' else '""""' for c in row) for row in table)
    found = read(f"{HEADER}\n{body}\n")
    lines = {n for n, row in enumerate(table, start=2) if any(cell.strip() for cell in row)}
    told = {one.line for one in found.responses} | {one.line for one in found.problems}
    assert told - {0} == lines
