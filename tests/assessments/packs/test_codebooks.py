import shutil
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.assessments.packs.released import Pack
from tests.journeys.html_checker import HtmlChecker, SentPage, missing

DDI = {"d": "ddi:codebook:2_5"}


class Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, Any] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= dict(attrs)


@pytest.fixture
def html(pack: Pack) -> str:
    return (pack.folder / "codebook.html").read_text(encoding="utf-8")


@pytest.fixture
def xml(pack: Pack) -> ET.Element:
    return ET.parse(pack.folder / "codebook.xml").getroot()


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(html: str) -> None:
    outline = Outline()
    outline.feed(html)

    assert not {"script", "link", "img", "iframe", "form"} & set(outline.tags)
    assert not {"src", "onclick", "style"} & outline.attributes.keys()
    assert "http" not in html


def test_the_page_can_be_found_through_by_ear(html: str) -> None:
    outline = Outline()
    outline.feed(html)

    assert '<html lang="en">' in html
    assert outline.tags.count("h1") == 1
    assert outline.tags.count("caption") == outline.tags.count("table") > 5
    assert 'scope="col"' in html
    assert 'scope="row"' in html


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_the_page_is_valid(html: str) -> None:
    checker = HtmlChecker(str(shutil.which("java")))
    try:
        assert checker.complaints([SentPage("codebook.html", 200, html.encode(), 0)]) == []
    finally:
        checker.stop()


def test_counts_stand_beside_labels(pack: Pack, html: str) -> None:
    count = int((pack.long["A1"] == 5).sum())

    assert f'Strongly agree</span></td><td class="number">{count}</td>' in html


def test_archives_get_every_variable_of_both_tables(pack: Pack, xml: ET.Element) -> None:
    long = [v.get("name") for v in xml.iterfind(".//d:var[@files='F1']", DDI)]
    wide = [v.get("name") for v in xml.iterfind(".//d:var[@files='F2']", DDI)]

    assert xml.tag == "{ddi:codebook:2_5}codeBook"
    assert long == list(pack.long.columns)
    assert "A7_months_3" in wide


def test_archives_get_questions_labels_and_counts(pack: Pack, xml: ET.Element) -> None:
    variable = xml.find(".//d:var[@ID='F1_A1']", DDI)

    assert variable is not None
    assert variable.findtext("d:qstn/d:qstnLit", None, DDI) == "Statement 1."
    counted = {
        c.findtext("d:catValu", None, DDI): c.findtext("d:catStat", None, DDI)
        for c in variable.iterfind("d:catgry", DDI)
    }
    assert counted == {str(n): str(int((pack.long["A1"] == n).sum())) for n in range(1, 6)}


def test_archives_learn_number_day_and_end(xml: ET.Element) -> None:
    assert xml.findtext(".//d:IDNo", None, DDI) == "views/7"
    assert xml.findtext(".//d:restrctn", None, DDI) == "To be deleted by 2027-11-20"


@pytest.mark.parametrize("name", ["codebook.html", "README.md"])
def test_codes_are_not_called_persons(pack: Pack, name: str) -> None:
    words = (pack.folder / name).read_text(encoding="utf-8")
    codes = pack.long["code"].nunique()

    # A response whose link was cut has a code of its own.
    assert f"{len(pack.long):,} responses under {codes:,} codes" in words
    assert f"{codes:,} persons" not in words
    assert "Withheld to protect people" in words or "withheld to protect people" in words
