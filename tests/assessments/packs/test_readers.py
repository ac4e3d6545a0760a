"""What other programs read from one pack: equal values, equal labels, in every format."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pyreadstat
import pytest

from assessments.packs import write_pack
from tests.assessments.packs.released import Pack, Released, about, frame_of, long_of

if TYPE_CHECKING:
    import pandas as pd

GROUPINGS = ["wave", "arm", "cluster", "workforce", "rank_band"]
ANSWERS = ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "H1"]
SKIPPED, NOT_ASKED, ABSENT = "Not answered", "Not asked", "No response"
WITHHELD = "Withheld"


def _table(pack: Pack, name: str) -> list[dict[str, Any]]:
    """A table as the module csv reads it: text or number by column, None for an empty cell."""
    import csv

    with (pack.folder / name).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    texts = {"code", *GROUPINGS}
    return [
        {
            key: None if text == "" else text if key.partition("_w")[0] in texts else float(text)
            for key, text in row.items()
        }
        for row in rows
    ]


def _values(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    import pandas as pd

    return [
        {key: None if pd.isna(value) else value for key, value in row.items()}
        for row in frame.astype(object).to_dict("records")
    ]


def _categories(pack: Pack, name: str) -> dict[str, dict[str, str]]:
    """Per column of a CSV file the label of each value, as datapackage.json says."""
    package = json.loads((pack.folder / "datapackage.json").read_text(encoding="utf-8"))
    fields = next(r for r in package["resources"] if r["path"] == name)["schema"]["fields"]
    return {
        field["name"]: {one["value"]: one["label"] for one in field.get("categories", [])}
        for field in fields
    }


def _in_words(pack: Pack, name: str) -> list[dict[str, Any]]:
    """A CSV file with labels for values."""
    labels = _categories(pack, name)
    return [
        {column: labels[column].get(value, value) for column, value in row.items()}
        for row in _table(pack, name)
    ]


def _labelled(frame: "pd.DataFrame", meta: Any) -> list[dict[str, Any]]:
    """A labelled file with labels for values; reasons for missing values become None."""
    found = []
    for row in frame.astype(object).to_dict("records"):
        words = {c: meta.variable_value_labels.get(c, {}).get(v, v) for c, v in row.items()}
        missing = (SKIPPED, NOT_ASKED, ABSENT, WITHHELD)
        found.append({c: None if str(v).startswith(missing) else v for c, v in words.items()})
    return found


def test_the_long_file_says_what_was_released(pack: Pack) -> None:
    assert _table(pack, "data_long.csv") == _values(pack.long)


def test_pandas_reads_the_same_from_csv(pack: Pack) -> None:
    import pandas as pd

    assert _values(pd.read_csv(pack.folder / "data_long.csv")) == _values(pack.long)


def test_pandas_reads_the_same_from_parquet(pack: Pack) -> None:
    import pandas as pd

    assert _values(pd.read_parquet(pack.folder / "data_long.parquet")) == _values(pack.long)


def test_a_parquet_column_says_what_it_means(pack: Pack) -> None:
    schema = pq.read_schema(pack.folder / "data_long.parquet")
    said = {key.decode(): text.decode() for key, text in schema.field("A1").metadata.items()}

    assert said["label"] == "Statement 1."
    assert json.loads(said["value_labels"]) == {"1": "Strongly disagree", "5": "Strongly agree"}
    assert str(schema.field("wave").type).startswith("dictionary<values=string")
    assert schema.metadata[b"release"] == b"7"


@pytest.mark.parametrize("table", ["data_long", "data_wide"])
def test_spss_reads_the_same_values_and_labels(pack: Pack, table: str) -> None:
    frame, meta = pyreadstat.read_sav(pack.folder / f"{table}.sav", user_missing=True)

    assert _labelled(frame, meta) == _in_words(pack, f"{table}.csv")


@pytest.mark.parametrize("table", ["data_long", "data_wide"])
def test_stata_reads_the_same_values_and_labels(pack: Pack, table: str) -> None:
    frame, meta = pyreadstat.read_dta(pack.folder / f"{table}.dta", user_missing=True)

    assert _labelled(frame, meta) == _in_words(pack, f"{table}.csv")


def test_pandas_reads_the_same_from_stata(pack: Pack) -> None:
    import pandas as pd

    frame = pd.read_stata(pack.folder / "data_long.dta", convert_categoricals=False)
    plain = pd.read_csv(pack.folder / "data_long.csv")

    assert _values(frame[ANSWERS]) == _values(plain[ANSWERS].astype(float))


def test_labels_of_variables_are_the_same_everywhere(pack: Pack) -> None:
    _, sav = pyreadstat.read_sav(pack.folder / "data_wide.sav", metadataonly=True)
    _, dta = pyreadstat.read_dta(pack.folder / "data_wide.dta", metadataonly=True)

    assert sav.column_names_to_labels == dta.column_names_to_labels
    assert sav.column_names_to_labels["A7_months_3"] == "Three months later: Only for some."


def test_spss_knows_levels_of_measurement_and_missing_values(pack: Pack) -> None:
    _, meta = pyreadstat.read_sav(pack.folder / "data_wide.sav", user_missing=True)

    assert [meta.variable_measure[name] for name in ("arm", "A1_pre", "H1_pre")] == [
        "nominal",
        "ordinal",
        "scale",
    ]
    assert meta.missing_ranges["A7_pre"] == [{"lo": v, "hi": v} for v in (-9.0, -8.0, -7.0)]
    assert meta.variable_value_labels["A7_pre"][-8.0].startswith(NOT_ASKED)


def test_labelled_files_say_why_an_answer_is_missing(pack: Pack) -> None:
    frame, meta = pyreadstat.read_sav(pack.folder / "data_long.sav", user_missing=True)
    reasons = frame["A7"].map(meta.variable_value_labels["A7"]).fillna("")

    led_to = frame["A1"].isin([4, 5])
    assert led_to.any()
    assert not reasons[led_to].str.startswith(NOT_ASKED).any()
    assert reasons[~led_to & (frame["A7"] < 0)].str.startswith(NOT_ASKED).all()


@pytest.mark.parametrize("ending", ["sav", "dta"])
def test_labelled_files_do_not_call_withheld_what_was_not_answered(pack: Pack, ending: str) -> None:
    read = {"sav": pyreadstat.read_sav, "dta": pyreadstat.read_dta}[ending]
    frame, meta = read(pack.folder / f"data_long.{ending}", user_missing=True)
    labels = meta.variable_value_labels
    cut = pack.long["arm"].isna()

    assert cut.any()
    for name in ("arm", "cluster", "workforce"):
        assert set(frame[name][cut].map(labels[name])) == {"Withheld to protect people"}
    assert not set(labels["arm"].values()) & {"Not answered"}


def test_nothing_tells_who_skipped_a_covariate_from_whom_it_was_taken_away(tmp_path: Path) -> None:
    frame = frame_of(released_numbers=["H1"])
    long = long_of(frame, 40)
    long.loc[(person := long["arm"].notna().idxmax()), "workforce"] = None
    write_pack(Released(long), frame, about(), tmp_path)
    read, meta = pyreadstat.read_sav(tmp_path / "data_long.sav", user_missing=True)

    words = meta.variable_value_labels["workforce"][read["workforce"][person]]
    assert words == "Not answered, or withheld so that nobody stands out"


def test_stata_gets_format_118_with_whole_numbers(pack: Pack) -> None:
    import pandas as pd

    assert (pack.folder / "data_long.dta").read_bytes()[:60].count(b"<release>118</release>") == 1
    with pd.io.stata.StataReader(pack.folder / "data_long.dta") as reader:
        assert reader.value_labels()
        assert reader.read(convert_categoricals=False)["arm"].dropna().isin([1, 2]).all()


def test_the_wide_file_holds_what_the_long_one_holds(pack: Pack) -> None:
    long, wide = _table(pack, "data_long.csv"), _table(pack, "data_wide.csv")
    waves = {"pre": "pre", "post": "post", "months-3": "months_3"}
    by_code = {row["code"]: row for row in wide}

    assert len(by_code) == len({row["code"] for row in long}) == len(wide)
    for row in long:
        mine = by_code[row["code"]]
        assert [mine[f"{a}_{waves[row['wave']]}"] for a in ANSWERS] == [row[a] for a in ANSWERS]
        assert mine["workforce"] == row["workforce"]
    assert sum(
        v is not None for row in wide for n, v in row.items() if "_" in n and n[0] in "AH"
    ) == (sum(row[answer] is not None for row in long for answer in ANSWERS))


def test_scores_are_those_of_the_portal(pack: Pack) -> None:
    from assessments.scoring import score

    scored = _table(pack, "scores.csv")

    for scale in pack.frame.instrument.scales:
        expected = score(pack.long, scale, pack.frame.instrument)
        assert [row[scale.code] for row in scored] == [
            None if value != value else value for value in expected
        ]
