"""Generated names and labels through every format: quotes, commas, line breaks, scripts that run
from right to left, emoji, beginnings of formulas, control characters, very long texts. 10,000 of
them in the long run.
"""

import csv
import json
import random
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import pyarrow.parquet as pq
import pyreadstat
import pytest
import yaml

from assessments.frame import Frame
from assessments.measures import InstrumentSpec, Item, KeyedItem, Scale
from assessments.packs import write_pack
from assessments.packs.texts import one_line, plain, shortened, shortened_apart, utf8_bytes
from assessments.response_scales import ResponseScale
from courses.spreadsheets.cells import FORMULA_STARTS, escape_formula
from tests.assessments.packs.released import Pack, Released, about, frame_of

LABELS = 36
BLOCKS_PER_ITEM = 2
DDI = "{ddi:codebook:2_5}"
_DRAW = random.Random(2026)
_PARTS = (
    *(
        "=",
        "+",
        "-",
        "@",
        "=cmd|' /C calc'!A0",
        "'",
        '"',
        ",",
        ";",
        "\t",
        "\n",
        "\r\n",
        "\0",
        "\x1b",
    ),
    *("<b>", "&amp;", "]]>", "<!--", "{{ x }}", "${x}", "%s", "\\", "\\u0041", "|", "#", ": "),
    *(
        "שלום",
        "مرحبا",
        "\u202e",
        "\u200f",
        "🚓",
        "👩🏽‍⚕️",
        "é",
        "e\u0301",
        "简体中文",
        "Ünïcode",
        "\u2028",
    ),
    *("true", "null", "NA", "1e5", "007", "2026-01-01", "word", " ", "  ", "\ufeff", "\uffff"),
)


def _text() -> str:
    long = _DRAW.random() < 0.02
    return "".join(_DRAW.choice(_PARTS) for _ in range(_DRAW.randint(1, 400 if long else 6)))


def _unlike(count: int, taken: set[str]) -> list[str]:
    """Texts that are something, and unlike each other also without what no label can hold."""
    found: list[str] = []
    while len(found) < count:
        text = _text()
        key = plain(text).strip()
        if key and key.casefold() not in taken and not text.startswith("'"):
            taken.add(key.casefold())
            found.append(text)
    return found


def _instrument(count: int) -> InstrumentSpec:
    codes = _unlike(count, {"code", "wave", "arm", "cluster", "workforce", "rank_band"})
    items = []
    for n, code in enumerate(codes):
        labels = {point: {"en": text} for point, text in enumerate(_unlike(LABELS, set()))}
        items.append(
            Item(code, 1, {"en": _text()}, ResponseScale(f"s{n}", "likert", 0, LABELS - 1, labels))
        )
    spec = frame_of().instrument
    scale = Scale("total", {"en": _text()}, (KeyedItem(codes[0], False),), "mean", 1, "higher")
    return replace(
        spec,
        title={"en": _text()},
        response_scales={item.scale.code: item.scale for item in items},
        items=tuple(items),
        scales=(scale,),
        not_comparable=(),
    )


@pytest.fixture(scope="module", params=[20, pytest.param(260, marks=pytest.mark.long)])
def generated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """A pack of so many items, each with 36 labels."""
    import numpy as np
    import pandas as pd

    folder = tmp_path_factory.mktemp("generated")
    items = request.param
    persons = items * BLOCKS_PER_ITEM
    instrument = _instrument(items)
    study = replace(
        frame_of().study, titles={"en": _text()}, primary="total", family=("total",), covariates=()
    )
    frame = Frame(UUID(int=9), study, instrument)
    blocks = _unlike(persons, set())
    answers = np.random.default_rng(1).integers(0, LABELS, (persons, items))
    long = pd.DataFrame(
        {
            "code": [f"c{n}" for n in range(persons)],
            "wave": ["pre"] * persons,
            "cluster": blocks,
            **{item.code: answers[:, n] for n, item in enumerate(instrument.items)},
        }
    )
    files = write_pack(Released(long), frame, about(purpose=_text()), folder)
    return Pack(folder, frame, long, [path.name for path in files])


def _names(pack: Pack) -> list[str]:
    """The names of the items' columns."""
    with (pack.folder / "data_long.csv").open(newline="", encoding="utf-8") as file:
        return next(csv.reader(file))[3:]


def _by_name(pack: Pack) -> dict[str, Item]:
    return dict(zip(_names(pack), pack.frame.instrument.items, strict=True))


def _labels(item: Item) -> dict[int, str]:
    return {point: plain(texts["en"]) for point, texts in item.scale.labels.items()}


def test_columns_are_called_alike_in_every_file(generated: Pack) -> None:
    names = ["code", "wave", "cluster", *_names(generated)]
    package = json.loads((generated.folder / "datapackage.json").read_text(encoding="utf-8"))
    fields = next(r for r in package["resources"] if r["path"] == "data_long.csv")["schema"]

    assert [field["name"] for field in fields["fields"]] == names
    assert pq.read_schema(generated.folder / "data_long.parquet").names == names
    for read, ending in ((pyreadstat.read_sav, "sav"), (pyreadstat.read_dta, "dta")):
        _, meta = read(generated.folder / f"data_long.{ending}", metadataonly=True)
        assert meta.column_names == names


def test_no_text_of_a_csv_file_begins_like_a_formula(generated: Pack) -> None:
    for name in ("data_long.csv", "data_wide.csv", "scores.csv", "main_table.csv"):
        with (generated.folder / name).open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        assert not [c for row in rows for c in row if c.startswith(FORMULA_STARTS)]


def test_text_comes_through_csv_and_parquet(generated: Pack) -> None:
    blocks = generated.long["cluster"].tolist()
    with (generated.folder / "data_long.csv").open(newline="", encoding="utf-8") as file:
        written = [row["cluster"] for row in csv.DictReader(file)]

    assert written == [escape_formula(block) for block in blocks]
    table = pq.read_table(generated.folder / "data_long.parquet")
    assert table["cluster"].to_pylist() == blocks


def test_labels_come_through_json_and_parquet(generated: Pack) -> None:
    package = json.loads((generated.folder / "datapackage.json").read_text(encoding="utf-8"))
    schema = next(r for r in package["resources"] if r["path"] == "data_long.csv")["schema"]
    fields = {field["name"]: field for field in schema["fields"]}
    parquet = pq.read_schema(generated.folder / "data_long.parquet")

    for name, item in _by_name(generated).items():
        labels = _labels(item)
        assert {c["value"]: c["label"] for c in fields[name]["categories"]} == labels
        assert fields[name]["title"] == plain(item.text["en"])
        assert fields[name]["item"] == item.code
        stored = json.loads(parquet.field(name).metadata[b"value_labels"])
        assert {int(value): label for value, label in stored.items()} == labels


def test_the_instrument_comes_through_character_by_character(generated: Pack) -> None:
    document = yaml.safe_load((generated.folder / "instrument.yaml").read_text(encoding="utf-8"))

    for written, item in zip(document["items"], generated.frame.instrument.items, strict=True):
        assert (written["code"], written["text"]) == (item.code, item.text)
        assert document["response_scales"][item.scale.code]["labels"] == item.scale.labels


def _shown(labels: Mapping[int, str], limit: int, measure: Any = len) -> dict[int, str]:
    return shortened_apart({n: text.strip() for n, text in labels.items()}, limit, measure)


def test_spss_gets_labels_whole_or_told_apart(generated: Pack) -> None:
    _, meta = pyreadstat.read_sav(generated.folder / "data_long.sav", metadataonly=True)
    notes = "".join(meta.notes).replace(" ", "")

    for name, item in _by_name(generated).items():
        labels = _labels(item)
        mine = {v: t for v, t in meta.variable_value_labels[name].items() if v >= 0}
        assert mine == _shown(labels, 120, utf8_bytes)
        assert len(set(mine.values())) == LABELS
        text = one_line(item.text["en"])
        assert meta.column_names_to_labels[name] == (shortened(text, 255, utf8_bytes) or None)
        for label in [*labels.values(), text]:
            if utf8_bytes(label) > 255:
                assert one_line(label).replace(" ", "") in notes


def test_stata_gets_labels_whole(generated: Pack) -> None:
    _, meta = pyreadstat.read_dta(generated.folder / "data_long.dta", metadataonly=True)

    for name, item in _by_name(generated).items():
        mine = {v: t for v, t in meta.variable_value_labels[name].items() if v != "a"}
        assert mine == _shown(_labels(item), 8_000)
        text = shortened(one_line(item.text["en"]), 80)
        assert (meta.column_names_to_labels[name] or "") == text


class _Labels(HTMLParser):
    """What stands in the spans and codes of a page, line breaks as they were."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.text: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("span", "code"):
            self.text = ""
        elif tag == "br" and self.text is not None:
            self.text += "\n"

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("span", "code") and self.text is not None:
            self.found.add(self.text)
            self.text = None


def test_labels_come_through_html(generated: Pack) -> None:
    page = _Labels()
    page.feed((generated.folder / "codebook.html").read_text(encoding="utf-8"))

    for item in generated.frame.instrument.items:
        assert set(_labels(item).values()) | {plain(item.text["en"])} <= page.found


def test_labels_come_through_xml(generated: Pack) -> None:
    root = ET.parse(generated.folder / "codebook.xml").getroot()
    variables = {v.get("ID"): v for v in root.iter(f"{DDI}var")}

    for name, item in _by_name(generated).items():
        variable = variables[f"F1_{name}"]
        assert variable.findtext(f"{DDI}labl") == plain(item.text["en"])
        labels = {
            int(c.findtext(f"{DDI}catValu") or ""): c.findtext(f"{DDI}labl")
            for c in variable.iter(f"{DDI}catgry")
        }
        assert labels == _labels(item)


def test_the_page_has_one_title_and_stays_in_one_file(generated: Pack) -> None:
    folder: Path = generated.folder

    assert sorted(path.name for path in folder.iterdir()) == sorted(generated.names)
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert text.count("\n# ") == 0
    assert text.count("\n## ") == 5
