import csv
import io
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from courses.rosters.reading import (
    COLUMNS,
    ENROLLED_AS,
    WORKFORCES,
    escape_formula,
    read_roster,
    write_roster,
)
from courses.spreadsheets.cells import marked

HEADER = "email,first_name,last_name,agency"
ROSA = "rosa@example.org,Rosa,Estrada,BPD"


def read(text: str, encoding: str = "utf-8"):
    return read_roster(text.encode(encoding), "roster.csv")


def faults(text: str) -> list[tuple[int, str, str]]:
    return [(p.line, p.column, p.code) for p in read(text).problems]


def workbook(*rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_row_is_one_person_with_the_line_it_stands_on():
    (row,) = read(f"{HEADER}\n{ROSA}\n").rows
    assert (row.line, row.email, row.first_name, row.agency) == (
        2,
        "rosa@example.org",
        "Rosa",
        "BPD",
    )


def test_columns_stand_in_any_order_and_case_under_their_usual_names():
    roster = read("DEPT.,Surname,E-Mail Address,Given Name,Badge\nBPD,Estrada,R@X.org,Rosa,12\n")
    (row,) = roster.rows
    assert (row.email, row.last_name, row.agency) == ("r@x.org", "Estrada", "BPD")
    assert roster.ignored == ("Badge",)


@pytest.mark.parametrize("mark", [";", "\t", ","])
def test_cells_are_split_by_comma_semicolon_or_tab(mark):
    roster = read(f"{HEADER}\n{ROSA}\n".replace(",", mark))
    assert len(roster.rows) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_letters_survive_every_usual_encoding(encoding):
    (row,) = read(f"{HEADER}\nj@x.org,José,Muñoz,BPD\n", encoding).rows
    assert (row.first_name, row.last_name) == ("José", "Muñoz")


def test_names_are_composed_and_stray_spaces_trimmed():
    decomposed = unicodedata.normalize("NFD", "José")
    (row,) = read(f"{HEADER}\nj@x.org,\u00a0 {decomposed}\u200b ,De \u00a0 la Cruz,BPD\n").rows
    assert (row.first_name, row.last_name) == ("José", "De la Cruz")


def test_blank_lines_and_a_title_above_the_header_are_passed_over():
    (row,) = read(f"Roster of November,,,\n,,,\n{HEADER}\n , ,,\n{ROSA}\n\n").rows
    assert row.line == 5


def test_a_line_number_counts_lines_inside_quotes():
    roster = read(f'{HEADER},notes\n{ROSA},"one\ntwo"\nbad,B,C,BPD,\n')
    assert [p.line for p in roster.problems] == [4]
    assert roster.rows[0].notes == "one two"


def test_each_missing_column_is_named():
    assert faults("email,first name\nrosa@example.org,Rosa\n") == [
        (1, "last_name", "column_missing"),
        (1, "agency", "column_missing"),
    ]


def test_a_column_under_two_names_is_refused():
    assert faults(f"{HEADER},Dept\n{ROSA},BPD\n") == [(1, "agency", "column_twice")]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("rosa@example.org,,Estrada,BPD,,", "first_name", "missing"),
        ("rosa,Rosa,Estrada,BPD,,", "email", "not_an_email"),
        ("rosa@example.org,Rosa,Estrada,BPD,astronaut,", "workforce", "not_one_of"),
        ("rosa@example.org,Rosa,Estrada,BPD,,forced", "enrolled_as", "not_one_of"),
        ("rosa@example.org,Ro\x00sa,Estrada,BPD,,", "first_name", "control_character"),
        (f"rosa@example.org,{'R' * 101},Estrada,BPD,,", "first_name", "too_long"),
    ],
)
def test_a_fault_is_told_with_line_and_column(row, column, code):
    assert faults(f"{HEADER},workforce,enrolled as\n{row}\n") == [(2, column, code)]


BIDI_CONTROLS = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]


@pytest.mark.parametrize("code", BIDI_CONTROLS, ids=hex)
def test_a_character_that_turns_the_direction_of_reading_is_refused(code):
    row = f"rosa@example.org,Ro{chr(code)}sa,Estrada,BPD"
    assert faults(f"{HEADER}\n{row}\n") == [(2, "first_name", "control_character")]


def test_a_name_in_letters_read_from_the_right_is_taken():
    assert faults(f"{HEADER}\nrosa@example.org,\u05e8\u05d5\u05d6\u05d4,Estrada,BPD\n") == []


def test_one_fault_does_not_hide_the_next():
    found = faults(f"{HEADER}\nrosa,Rosa,Estrada,\nluis,,Cabral,BPD\n")
    assert [(line, column) for line, column, _ in found] == [
        (2, "email"),
        (2, "agency"),
        (3, "email"),
        (3, "first_name"),
    ]


def test_the_same_person_twice_is_refused_naming_the_earlier_line():
    (problem,) = read(f"{HEADER}\n{ROSA}\n{ROSA.upper()}\n").problems
    assert (problem.line, problem.code, problem.value) == (3, "duplicate", "2")


def test_a_line_with_more_cells_than_the_header_is_refused():
    assert faults(f"{HEADER}\nrosa@example.org,Rosa,Estrada,Jr.,BPD\n") == [
        (2, "", "too_many_cells")
    ]


def test_workforce_words_may_have_capitals_and_spaces():
    (row,) = read(f"{HEADER},Workforce\n{ROSA},Hospital Security\n").rows
    assert row.workforce == "hospital_security"


def test_a_quotation_mark_left_open_is_told_with_its_line():
    assert faults(f'{HEADER}\n{ROSA}\n"luis@x.org,Luis\n') == [(3, "", "unclosed_quote")]


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "roster.csv", "no_rows"),
        (HEADER.encode(), "roster.csv", "no_rows"),
        (b"PK\x03\x04 not really", "roster.xlsx", "unreadable"),
        (b"plain text", "roster.xlsx", "unreadable"),
        (b"\xd0\xcf\x11\xe0 old", "roster.xls", "old_excel"),
        (b"email\x81,\x8d", "roster.csv", "encoding"),
        (b"x" * 1001, "roster.csv", "too_large"),
    ],
)
def test_a_file_that_is_no_roster_is_refused_as_a_whole(data, name, code):
    roster = read_roster(data, name, max_bytes=1000)
    assert [p.code for p in roster.problems] == [code]
    assert roster.rows == ()


def test_more_lines_than_a_roster_can_have_are_refused():
    lines = "\n".join(f"p{n}@x.org,Rosa,Estrada,BPD" for n in range(1001))
    assert [p.code for p in read(f"{HEADER}\n{lines}").problems] == ["too_many_rows"]


def test_a_workbook_reads_like_a_text():
    data = workbook(
        ["Email", "First name", "Last name", "Agency", "Employee ID"],
        ["rosa@example.org", "Rosa", "Estrada", "BPD", 12345],
        [None, None, None, None, None],
        ["luis@example.org", " Luis ", "Cabral", "BPD", "0042"],
    )
    roster = read_roster(data, "roster.xlsx")
    assert [(r.line, r.first_name, r.employee_id) for r in roster.rows] == [
        (2, "Rosa", "12345"),
        (4, "Luis", "0042"),
    ]


def test_a_number_shown_with_leading_zeros_keeps_them():
    book = Workbook()
    book.active.append(["Email", "First", "Last", "Agency", "Employee number"])
    book.active.append(["rosa@example.org", "Rosa", "Estrada", "BPD", 42])
    book.active["E2"].number_format = "000000"
    out = io.BytesIO()
    book.save(out)
    assert read_roster(out.getvalue(), "r.xlsx").rows[0].employee_id == "000042"


def test_a_workbook_that_unpacks_to_a_mountain_is_refused(monkeypatch):
    monkeypatch.setattr("courses.spreadsheets.workbooks.MAX_UNPACKED_BYTES", 1000)
    roster = read_roster(workbook(["Email"], ["rosa@example.org"]), "roster.xlsx")
    assert [p.code for p in roster.problems] == ["too_large"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0"])
def test_a_formula_is_written_as_text(start):
    assert escape_formula(f"{start}1+1") == f"'{start}1+1"


def test_plain_text_is_written_as_it_is():
    assert escape_formula("O'Brien-Smith") == "O'Brien-Smith"


words = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20
).map(lambda text: unicodedata.normalize("NFC", text))
people = st.fixed_dictionaries(
    {
        "email": st.integers(0, 10**9).map(lambda n: f"person{n}@example.org"),
        "first_name": words,
        "last_name": words,
        "agency": words,
        "rank": words | st.just(""),
        "notes": words | st.just(""),
        "workforce": st.sampled_from(["", *WORKFORCES]),
        "enrolled_as": st.sampled_from(["", *ENROLLED_AS]),
    }
)


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(people, min_size=1, max_size=8, unique_by=lambda row: row["email"]),
    order=st.permutations(["email", "first_name", "last_name", "agency", *COLUMNS[8:]]),
    mark=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    title=st.sampled_from([str.upper, str.title, lambda name: name.replace("_", " ")]),
)
def test_whatever_the_shape_of_the_file_the_people_are_the_same(rows, order, mark, encoding, title):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=mark)
    writer.writerow([title(column) for column in order])
    writer.writerows([[marked(row.get(column, "")) for column in order] for row in rows])
    found = read_roster(out.getvalue().encode(encoding), "roster.csv")
    assert not found.problems
    told = [{column: getattr(row, column) for column in rows[0]} for row in found.rows]
    assert told == rows


@given(rows=st.lists(people, max_size=5, unique_by=lambda row: row["email"]))
def test_what_we_export_can_be_imported(rows):
    found = read_roster(write_roster(rows).encode("utf-8-sig"), "roster.csv")
    told = [{column: getattr(row, column) for column in people_columns} for row in found.rows]
    assert told == rows


people_columns = ["email", "first_name", "last_name", "agency", "rank", "notes"]
people_columns += ["workforce", "enrolled_as"]


@settings(max_examples=200)
@given(data=st.binary(max_size=400), name=st.sampled_from(["r.csv", "r.xlsx", ""]))
def test_no_bytes_make_the_reader_fail(data, name):
    found = read_roster(data, name)
    assert found.rows or found.problems
