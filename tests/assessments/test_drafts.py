import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments import drafts
from assessments.drafts import (
    BLOCKS,
    ITEMS,
    KINDS,
    RESPONSES,
    SCALES,
    SECTIONS,
    Problem,
    fingerprint,
    new_document,
    part_of,
    parts_of,
    read_draft,
)
from assessments.instrument_files import document_of
from assessments.instruments import parse_instrument
from tests.assessments.instrument_documents import instrument_documents
from tests.rich_survey import rich_document

DOCUMENT = document_of(parse_instrument(rich_document()))


def changed(kind: str, old: str, **to: Any) -> Any:
    part = part_of(DOCUMENT, kind, old)
    assert part is not None
    return drafts.put(DOCUMENT, kind, old, part | to)


def codes(document: Any, kind: str = ITEMS) -> list[str]:
    return [part["code"] for part in parts_of(document, kind)]


def test_a_new_code_is_written_wherever_the_old_one_was() -> None:
    document = changed(ITEMS, "CLI", code="CLINIC")
    assert document["scales"][0]["items"] == ["CLINIC", "BED"]
    document = changed(ITEMS, "SIT", code="SEAT")
    assert part_of(document, ITEMS, "WHY")["show_if"] == {"item": "SEAT", "is": [4, 5]}  # type: ignore[index]
    document = changed(RESPONSES, "agree5", code="agree")
    assert {item["scale"] for item in document["items"]} == {"agree", "words", "minutes", "sure"}
    assert part_of(changed(BLOCKS, "V1", code="CASE"), ITEMS, "SIT")["block"] == "CASE"  # type: ignore[index]


def test_a_reversed_item_stays_reversed_under_a_new_code() -> None:
    document = {**DOCUMENT, SCALES: [DOCUMENT["scales"][0] | {"items": ["-CLI"]}]}
    item = part_of(document, ITEMS, "CLI")
    assert item is not None
    renamed = drafts.put(document, ITEMS, "CLI", item | {"code": "CLINIC"})
    assert renamed["scales"][0]["items"] == ["-CLINIC"]


def test_an_item_that_is_removed_leaves_its_scales() -> None:
    document = drafts.remove(DOCUMENT, ITEMS, "BED")
    assert document["scales"][0]["items"] == ["CLI"]
    assert "BED" not in codes(document)


def test_an_item_moves_by_one_place_and_stays_in_its_section() -> None:
    assert codes(drafts.move(DOCUMENT, ITEMS, "WHY", 1))[:3] == ["SIT", "MIN", "WHY"]
    assert codes(drafts.move(DOCUMENT, ITEMS, "MIN", 1)) == codes(DOCUMENT)
    assert codes(drafts.move(DOCUMENT, ITEMS, "SIT", -1)) == codes(DOCUMENT)
    assert drafts.movable(DOCUMENT, ITEMS)["MIN"] == (True, False)


def test_a_new_item_stands_last_in_its_section() -> None:
    item = {"code": "NEW", "section": 1, "scale": "agree5", "text": {"en": "One more."}}
    assert codes(drafts.put(DOCUMENT, ITEMS, "", item))[:4] == ["SIT", "WHY", "MIN", "NEW"]


def test_a_section_without_items_loses_its_title() -> None:
    document = DOCUMENT
    for code in ("SIT", "WHY", "MIN"):
        document = drafts.remove(document, ITEMS, code)
    assert document["section_titles"] == {}
    assert codes(document, SECTIONS) == ["2"]


def test_what_is_missing_is_named_with_the_part_that_lacks_it() -> None:
    document = new_document("new", "New")
    _, problems = read_draft(document, 1)
    assert {(p.kind, p.code, p.field) for p in problems} == {
        ("details", "", "licence"),
        ("details", "", "citation"),
        (ITEMS, "", ""),
        (SCALES, "", ""),
    }
    document = drafts.put(DOCUMENT, SCALES, "reach", {"code": "reach", "items": ["CLI"]})
    assert {p.code for p in read_draft(document, 1)[1]} == {"reach"}
    document = changed(ITEMS, "WHY", show_if={"item": "BED", "is": [1]})
    assert [(p.kind, p.code, p.field) for p in read_draft(document, 1)[1]] == [
        (ITEMS, "WHY", "show_if.item")
    ]
    assert isinstance(read_draft(document, 1)[1][0], Problem)


def test_a_scale_carries_the_waves_that_may_not_be_compared() -> None:
    document = changed(SCALES, "reach", not_comparable=[["pre", "post"]])
    assert document["not_comparable"] == [{"scale": "reach", "waves": ["pre", "post"]}]
    assert "not_comparable" not in document["scales"][0]
    part = part_of(document, SCALES, "reach")
    assert part is not None
    renamed = drafts.put(document, SCALES, "reach", part | {"code": "range"})
    assert renamed["not_comparable"] == [{"scale": "range", "waves": ["pre", "post"]}]
    wrong = drafts.put(document, SCALES, "reach", part | {"not_comparable": [["pre"]]})
    assert [(p.kind, p.code) for p in read_draft(wrong, 1)[1]] == [(SCALES, "reach")]
    assert not drafts.remove(document, SCALES, "reach")["not_comparable"]


def test_a_language_can_be_taken_out_again() -> None:
    assert drafts.languages_of(DOCUMENT) == ["en", "es"]
    assert drafts.missing_texts(DOCUMENT, "es") == 0
    assert drafts.missing_texts(DOCUMENT, "ht") == drafts.translated_texts(DOCUMENT, "en")
    without = drafts.without_language(DOCUMENT, "es")
    assert drafts.languages_of(without) == ["en"]
    assert parse_instrument(without).languages == ("en",)


def test_a_fingerprint_stands_for_what_a_part_says() -> None:
    part = part_of(DOCUMENT, ITEMS, "SIT")
    assert fingerprint(part) == fingerprint(copy.deepcopy(part))
    assert fingerprint(part) != fingerprint(part_of(DOCUMENT, ITEMS, "WHY"))
    assert fingerprint(None) == ""


@pytest.mark.parametrize("kind", KINDS)
def test_putting_a_part_back_as_it_was_changes_nothing(kind: str) -> None:
    for part in parts_of(DOCUMENT, kind):
        again = drafts.put(DOCUMENT, kind, part["code"], part)
        assert parse_instrument(again) == parse_instrument(DOCUMENT)


@given(instrument_documents(), st.data())
def test_no_order_of_changes_loses_an_item(document: dict[str, Any], data: Any) -> None:
    draft = json.loads(json.dumps(document_of(parse_instrument(document))))
    before = sorted(codes(draft))
    for _ in range(data.draw(st.integers(0, 6))):
        code, step = data.draw(st.sampled_from(before)), data.draw(st.sampled_from([-1, 1]))
        draft = drafts.move(draft, ITEMS, code, step)
    assert sorted(codes(draft)) == before
    assert [i["section"] for i in draft["items"]] == sorted(i["section"] for i in draft["items"])
    spec, _ = read_draft(draft, 1)
    assert len(spec.items) == len(before)
