"""What spreadsheets really contain, one oddity at a time."""

import io
from datetime import datetime, time

import pytest
from openpyxl import Workbook

from courses.rosters.reading import SAMPLE_EMAIL, read_roster

HEADER = "email,first_name,last_name,agency,employee id,unit,shift,notes"
TOP = ["E-mail", "First", "Last", "Dept", "Employee ID", "Unit", "Shift", "Notes"]
ROSA = ["rosa@example.org", "Rosa", "Estrada", "BPD"]


def book(*rows, formats=None, sheets=None, change=None) -> bytes:
    """A workbook of these rows; `change` may touch its sheet further."""
    made = Workbook()
    sheet = made.active
    for row in rows:
        sheet.append(row)
    for at, number_format in (formats or {}).items():
        sheet[at].number_format = number_format
    if change:
        change(sheet)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def workbook(*rows, **more):
    return read_roster(book(*rows, **more), "roster.xlsx")


def text(*lines: str, encoding="utf-8"):
    return read_roster("\n".join([HEADER, *lines]).encode(encoding), "roster.csv")


def faults(roster) -> list[tuple[int, str, str, str]]:
    return [(p.line, p.column, p.code, p.value) for p in roster.problems]


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (datetime(2026, 3, 4), "date", "2026-03-04"),
        (12345.5, "fraction", "12345.5"),
        (True, "logical", "TRUE"),
        (1234567890123456789, "shortened", "1.23456789012346e+18"),
    ],
)
@pytest.mark.parametrize(("at", "column"), [(4, "employee_id"), (5, "unit")])
def test_what_the_program_made_of_a_number_is_asked_for_again(value, code, shown, at, column):
    row = [*ROSA, "", "", "", ""]
    row[at] = value
    assert faults(workbook(TOP, row)) == [(2, column, code, shown)]


def test_a_percentage_is_shown_as_the_sheet_shows_it():
    roster = workbook(TOP, [*ROSA, 0.15], formats={"E2": "0%"})
    assert faults(roster) == [(2, "employee_id", "percent", "15%")]


def test_an_error_of_the_spreadsheet_is_told_in_either_kind_of_file():
    told = [(2, "unit", "error", "#N/A")]
    assert faults(workbook(TOP, [*ROSA, 1, "#N/A"])) == told
    assert faults(text("rosa@example.org,Rosa,Estrada,BPD,1,#N/A,,")) == told


@pytest.mark.parametrize("value", [12345, 12345.0, "12345", "12345.0", "1.2345E+4"])
def test_a_whole_number_is_read_however_the_sheet_keeps_it(value):
    assert workbook(TOP, [*ROSA, value]).rows[0].employee_id == "12345"


@pytest.mark.parametrize("value", ["4-Mar", "Mar-04", "3/4/2026", "2026-03-04 00:00:00"])
@pytest.mark.parametrize(("at", "column"), [(0, "employee_id"), (1, "unit"), (2, "shift")])
def test_a_day_in_a_text_file_is_asked_for_again_where_codes_stand(value, at, column):
    cells = ["", "", "", ""]
    cells[at] = value
    found = text("rosa@example.org,Rosa,Estrada,BPD," + ",".join(cells))
    assert [(p.column, p.code) for p in found.problems] == [(column, "date")]


def test_a_number_that_lost_digits_is_asked_for_again():
    assert faults(text("rosa@example.org,Rosa,Estrada,BPD,1.23E+11,,,")) == [
        (2, "employee_id", "shortened", "1.23E+11")
    ]


def test_an_apostrophe_says_that_it_is_text():
    (row,) = text("rosa@example.org,Rosa,Estrada,BPD,'1.23E+11,'4-Mar,,'=notes").rows
    assert (row.employee_id, row.unit, row.notes) == ("1.23E+11", "4-Mar", "=notes")


def test_a_name_that_begins_with_an_apostrophe_keeps_it():
    assert text("rosa@example.org,Rosa,'t Hooft,BPD").rows[0].last_name == "'t Hooft"


def test_days_and_times_are_fine_where_words_stand():
    (row,) = workbook(TOP, [*ROSA, 1, "A", time(7, 0), datetime(2026, 3, 4)]).rows
    assert (row.shift, row.notes) == ("07:00", "2026-03-04")


@pytest.mark.parametrize(
    "cell",
    [
        "mailto:Rosa@example.org",
        "MAILTO:rosa@example.org?subject=CIT",
        "Rosa Estrada <rosa@example.org>",
        "rosa@example.org;",
        " <rosa@example.org> ",
    ],
)
def test_an_address_is_read_from_what_mail_programs_make_of_it(cell):
    assert text(f"{cell},Rosa,Estrada,BPD").rows[0].email == "rosa@example.org"


def test_two_addresses_in_a_cell_are_refused():
    assert faults(text("a@example.org; b@example.org,Rosa,Estrada,BPD"))[0][1:3] == (
        "email",
        "not_an_email",
    )


def test_an_address_behind_a_link_is_read_from_the_link():
    def link(sheet):
        sheet["A2"].hyperlink = "mailto:rosa@example.org"
        sheet["A2"].value = "Rosa"

    assert workbook(TOP, ROSA, change=link).rows[0].email == "rosa@example.org"


def test_last_and_first_name_in_one_column_are_told_apart_by_the_comma():
    found = read_roster(
        b'email,Name,agency\nr@x.org,"De la Cruz, Jos\xc3\xa9",BPD\nb@x.org,Rosa Estrada,BPD\n',
        "r.csv",
    )
    assert [(r.first_name, r.last_name) for r in found.rows] == [("José", "De la Cruz")]
    assert faults(found) == [(3, "full_name", "name_unclear", "Rosa Estrada")]


def test_both_names_in_the_column_of_the_last_are_told_apart():
    found = text('r@x.org,,"Estrada, Rosa",BPD', 's@x.org,Sam,"Smith, Jr.",BPD')
    assert [(r.first_name, r.last_name) for r in found.rows] == [
        ("Rosa", "Estrada"),
        ("Sam", "Smith, Jr."),
    ]


def test_a_header_merged_over_lines_and_columns_is_read():
    def merge(sheet):
        for area in ("A2:A3", "B2:C2", "D2:D3"):
            sheet.merge_cells(area)

    found = workbook(
        ["The roster of November"],
        ["E-mail", "Name", None, "Agency", "About them", None],
        [None, "First", "Last", None, "Rank", "District"],
        [*ROSA, "Officer", "District 4"],
        change=merge,
    )
    (row,) = found.rows
    assert (row.line, row.last_name, row.rank, row.unit) == (4, "Estrada", "Officer", "District 4")
    assert found.headings["agency"].letter == "D"


def test_a_cell_merged_over_several_people_is_everybodys():
    def merge(sheet):
        sheet.merge_cells("D2:D3")

    found = workbook(TOP, ROSA, ["luis@example.org", "Luis", "Cabral", None], change=merge)
    assert [row.agency for row in found.rows] == ["BPD", "BPD"]


def test_an_empty_cell_under_an_agency_is_nobodys():
    found = workbook(TOP, ROSA, ["luis@example.org", "Luis", "Cabral", None])
    assert faults(found) == [(3, "agency", "missing", "")]


def test_blank_columns_before_the_first_and_notes_beside_the_table_do_no_harm():
    found = workbook(
        [None, None, "E-mail", "First", "Last", "Dept"],
        [None, None, *ROSA, None, None, "ask her boss"],
    )
    assert found.rows[0].email == "rosa@example.org"
    assert found.headings["email"].letter == "C"


def test_the_sheet_that_looks_like_a_roster_is_read_and_hidden_ones_are_not():
    made = Workbook()
    made.active.title = "Read me"
    made.active.append(["Fill in the sheet Roster"])
    for name, person in (("Old", "hidden@example.org"), ("Roster", "rosa@example.org")):
        sheet = made.create_sheet(name)
        sheet.append(TOP)
        sheet.append([person, "Rosa", "Estrada", "BPD"])
    made["Old"].sheet_state = "hidden"
    out = io.BytesIO()
    made.save(out)
    found = read_roster(out.getvalue(), "r.xlsx")
    assert [row.email for row in found.rows] == ["rosa@example.org"]
    assert (found.sheet, found.other_sheets) == ("Roster", ("Read me", "Old"))


def test_totals_repeated_headers_and_the_sample_are_left_out_and_told():
    found = text(
        "rosa@example.org,Rosa,Estrada,BPD",
        HEADER,
        f"{SAMPLE_EMAIL},Sample,Person,bpd",
        ",,,",
        "Total: 1,,,",
    )
    assert [(p.line, p.code) for p in found.passed_over] == [
        (3, "header_again"),
        (4, "sample"),
        (6, "footer"),
    ]
    assert len(found.rows) == 1
    assert found.problems == ()


def test_a_person_without_an_address_is_never_taken_for_a_footer():
    found = text(",Total,Estrada,BPD,1", ",Rosa,Page,BPD", ",Rosa,,")
    assert {p.line for p in found.problems} == {2, 3, 4}
    assert [row.line for row in found.faulty] == [2, 3, 4]


def test_a_refused_row_keeps_what_can_be_read_of_the_person():
    found = text("rosa,Rosa,Estrada,BPD")
    assert [(row.line, row.last_name) for row in found.faulty] == [(2, "Estrada")]


def test_a_title_full_of_commas_does_not_hide_the_semicolons():
    data = "Roster, November, Boston, 2026, final\nemail;first;last;agency\nr@x.org;Rosa;E;BPD\n"
    assert len(read_roster(data.encode(), "r.csv").rows) == 1


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_letters_are_known_without_a_mark(encoding):
    assert text("rosa@example.org,Rosa,Muñoz,BPD", encoding=encoding).rows[0].last_name == "Muñoz"


@pytest.mark.parametrize(
    ("column", "word", "value"),
    [
        ("workforce", "Police Officer", "sworn"),
        ("workforce", "911 dispatch", "dispatch"),
        ("workforce", "Paramedic", "ems"),
        ("workforce", "Behavioural Health", "behavioral_health"),
        ("enrolled as", "Volunteer", "volunteered"),
        ("enrolled as", "ASSIGNED", "assigned"),
    ],
)
def test_the_field_has_more_words_than_one_for_a_value(column, word, value):
    data = f"email,first,last,agency,{column}\nr@x.org,Rosa,E,BPD,{word}\n"
    (row,) = read_roster(data.encode(), "r.csv").rows
    assert value in (row.workforce, row.enrolled_as)


def test_blank_lines_do_not_count_as_people():
    def far(sheet):
        for at, value in enumerate(ROSA, start=1):
            sheet.cell(9000, at).value = value

    found = workbook(TOP, change=far)
    assert [row.line for row in found.rows] == [9000]


def test_a_line_number_beyond_all_sheets_ends_nowhere():
    import zipfile

    data = book(TOP, ROSA)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w") as made:
        for part in given.namelist():
            content = given.read(part)
            if part.endswith("sheet1.xml"):
                content = content.replace(b'<row r="2"', b'<row r="99999999999"')
                content = content.replace(b'r="A2"', b'r="A99999999999"')
            made.writestr(part, content)
    found = read_roster(out.getvalue(), "r.xlsx")
    assert found.problems
    assert not found.rows
