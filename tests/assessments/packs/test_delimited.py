import csv
from pathlib import Path

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from assessments.packs.delimited import escaped, write_csv
from courses.spreadsheets.cells import FORMULA_STARTS, escape_formula

TEXTS = st.lists(
    st.text(st.characters(codec="utf-8") | st.sampled_from(FORMULA_STARTS), max_size=8), max_size=20
)


def lines(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


@given(TEXTS)
def test_text_is_guarded_as_everywhere_in_the_portal(texts: list[str]) -> None:
    column = escaped(pa.array(texts, pa.string()))

    assert column.to_pylist() == [escape_formula(text) for text in texts]


def test_a_formula_does_not_reach_the_file_as_one(tmp_path: Path) -> None:
    texts = pa.array(["=1+1", "@SUM(A1)", "+1", "-1", "plain", None])
    categories = texts.dictionary_encode()
    table = pa.table({"text": texts, "category": categories})

    write_csv(table.to_batches(), tmp_path / "a.csv")

    rows = lines(tmp_path / "a.csv")
    assert rows[1:4] == [["'=1+1"] * 2, ["'@SUM(A1)"] * 2, ["'+1"] * 2]
    assert rows[5:] == [["plain"] * 2, [""] * 2]


def test_numbers_stay_numbers_with_all_their_digits(tmp_path: Path) -> None:
    table = pa.table({"n": pa.array([-1, None], pa.int8()), "x": [0.1 + 0.2, -1e-7]})

    write_csv(table.to_batches(), tmp_path / "a.csv")

    assert (tmp_path / "a.csv").read_text() == '"n","x"\n-1,0.30000000000000004\n,-1e-7\n'


def test_quotes_commas_and_line_breaks_come_back(tmp_path: Path) -> None:
    texts = ['"', ",", "a\nb", "שלום", "🚓"]

    write_csv(pa.table({"t": texts}).to_batches(), tmp_path / "a.csv")

    assert [row[0] for row in lines(tmp_path / "a.csv")] == ["t", *texts]
