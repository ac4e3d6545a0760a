import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.instruments import AnswerError, InstrumentError, parse_instrument

DOCUMENT = {
    "code": "sample",
    "version": 2,
    "title": {"en": "Sample", "es": "Muestra"},
    "licence": "CC BY 4.0",
    "citation": "Made up for tests",
    "response_scales": {
        "agree5": {
            "type": "likert",
            "min": 1,
            "max": 5,
            "labels": {1: {"en": "Disagree"}, 5: {"en": "Agree"}},
        },
        "minutes": {"type": "number", "min": 0, "max": 600},
    },
    "items": [
        {"code": "SD1", "section": 1, "text": {"en": "One", "es": "Uno"}, "scale": "agree5"},
        {"code": "SD2", "section": 1, "text": {"en": "Two"}, "scale": "agree5"},
        {"code": "SD3", "section": 3, "text": {"en": "Three"}, "scale": "agree5"},
        {"code": "MIN", "section": 2, "text": {"en": "How long"}, "scale": "minutes"},
    ],
    "scales": [
        {
            "code": "distance",
            "title": {"en": "Distance"},
            "items": ["SD1", "-SD2", "SD3"],
            "score": "mean",
            "min_answered": 2,
            "better": "lower",
        }
    ],
    "not_comparable": [{"scale": "distance", "waves": ["pre", "post"]}],
    "section_titles": {1: {"en": "First part"}},
}


RICH = DOCUMENT | {
    "response_scales": DOCUMENT["response_scales"] | {"words": {"type": "text", "max_length": 40}},
    "blocks": [
        {"code": "V1", "kind": "vignette", "text": {"en": "A man stands in the rain."}},
        {"code": "M1", "kind": "matrix", "text": {"en": "How often do you"}},
    ],
    "items": [
        {"code": "A1", "section": 1, "text": {"en": "Listen"}, "scale": "agree5", "block": "M1"},
        {"code": "A2", "section": 1, "text": {"en": "Wait"}, "scale": "agree5", "block": "M1"},
        *DOCUMENT["items"],
        {
            "code": "W1",
            "section": 3,
            "text": {"en": "Say why"},
            "scale": "words",
            "show_if": {"item": "SD3", "is": [4, 5]},
        },
        {"code": "V2", "section": 4, "text": {"en": "Help"}, "scale": "agree5", "block": "V1"},
        {"code": "V3", "section": 4, "text": {"en": "What else"}, "scale": "words", "block": "V1"},
    ],
}
FIRST, SAY_WHY, LAST = 0, 6, 8  # places of items in it


def changed(*path, to, document=DOCUMENT):
    document = copy.deepcopy(document)
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    if to is KeyError:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return document


def problems_of(document):
    with pytest.raises(InstrumentError) as refused:
        parse_instrument(document)
    return refused.value.problems


def test_a_leading_minus_marks_a_reversed_item():
    scale = parse_instrument(DOCUMENT).scale("distance")
    assert [(item.code, item.reversed) for item in scale.items] == [
        ("SD1", False),
        ("SD2", True),
        ("SD3", False),
    ]


def test_sections_come_in_the_order_in_which_they_are_asked():
    spec = parse_instrument(DOCUMENT)
    assert spec.sections == [1, 2, 3]
    assert [item.code for item in spec.items_of(1)] == ["SD1", "SD2"]


def test_a_title_missing_in_a_language_falls_back_to_english():
    spec = parse_instrument(DOCUMENT)
    assert (spec.title_in("es"), spec.title_in("es-US"), spec.title_in("ht")) == (
        "Muestra",
        "Muestra",
        "Sample",
    )
    assert spec.section_title(1, "es") == "First part"
    assert spec.section_title(2, "en") == ""


def test_a_step_without_a_label_shows_its_number():
    scale = parse_instrument(DOCUMENT).item("SD1").scale
    assert [scale.label_in(point, "en") for point in scale.points] == [
        "Disagree",
        "2",
        "3",
        "4",
        "Agree",
    ]


def test_a_document_reads_the_same_after_being_stored_as_json():
    assert parse_instrument(json.loads(json.dumps(DOCUMENT))) == parse_instrument(DOCUMENT)


def test_only_the_declared_waves_are_not_comparable():
    spec = parse_instrument(DOCUMENT)
    assert not spec.comparable("distance", "pre", "post")
    assert not spec.comparable("distance", "post", "pre")
    assert spec.comparable("distance", "pre", "later")


@pytest.mark.parametrize(
    ("document", "place", "words"),
    [
        (changed("colour", to="red"), "instrument", "unknown key 'colour'"),
        (changed("licence", to=KeyError), "instrument", "licence is missing"),
        (changed("version", to=0), "version", "at least 1"),
        (changed("version", to="2"), "version", "whole number"),
        (changed("title", to={"es": "x"}), "title", "English"),
        (changed("title", to={False: "x", "en": "x"}), "title", "language"),
        (changed("code", to="no spaces"), "code", "is not a code"),
        (changed("items", 1, "code", to="sd1"), "items", "stands twice"),
        (changed("items", 0, "code", to="1SD"), "items[1].code", "is not a code"),
        (changed("items", 0, "code", to="A" * 33), "items[1].code", "is not a code"),
        (changed("items", 3, "code", to="Wave"), "items[4].code", "reserved"),
        (changed("items", 3, "code", to="rank_band"), "items[4].code", "reserved"),
        (changed("items", 3, "code", to="Arm"), "items[4].code", "reserved"),
        (changed("items", 0, "scale", to="agree7"), "items[1].scale", "response_scales"),
        (changed("items", 0, "section", to=True), "items[1].section", "whole number"),
        (changed("scales", 0, "items", to=["SD1", "XX"]), "scales[1].items", "no item 'XX'"),
        (changed("scales", 0, "items", to=["SD1", "-SD1"]), "scales[1].items", "twice"),
        (changed("scales", 0, "items", to=[]), "scales[1].items", "empty"),
        (changed("scales", 0, "code", to="SD1"), "scales", "code of an item"),
        (changed("scales", 0, "min_answered", to=4), "scales[1].min_answered", "more than"),
        (changed("scales", 0, "min_answered", to=0), "scales[1].min_answered", "at least 1"),
        (changed("scales", 0, "better", to="up"), "scales[1].better", "higher, lower"),
        (changed("scales", 0, "score", to="median"), "scales[1].score", "mean, sum"),
        (changed("scales", 0, "items", to=["SD1", "MIN", "SD2"]), "scales[1]", "different ranges"),
        (
            changed("response_scales", "minutes", "min", to=600),
            "response_scales.minutes",
            "below max",
        ),
        (
            changed("response_scales", "agree5", "max", to=4.5),
            "response_scales.agree5.max",
            "whole number",
        ),
        (
            changed("response_scales", "minutes", "max", to=float("inf")),
            "response_scales.minutes.max",
            "must be a number",
        ),
        (
            changed("response_scales", "agree5", "labels", 6, to={"en": "x"}),
            "response_scales.agree5.labels",
            "outside",
        ),
        (
            changed("response_scales", "agree5", "labels", "one", to={"en": "x"}),
            "response_scales.agree5.labels",
            "whole number",
        ),
        (changed("not_comparable", 0, "scale", to="x"), "not_comparable[1].scale", "no scale"),
        (changed("not_comparable", 0, "waves", to=["pre"]), "not_comparable[1].waves", "two"),
        (changed("section_titles", 9, to={"en": "x"}), "section_titles", "section 9"),
        ("text", "instrument", "mapping"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(document, place, words):
    assert any(p.startswith(f"{place}: ") and words in p for p in problems_of(document))


def test_one_mistake_gives_one_problem():
    assert len(problems_of(changed("scales", 0, "better", to="up"))) == 1
    assert len(problems_of(changed("citation", to=KeyError))) == 1
    assert len(problems_of(changed("scales", 0, "items", to=KeyError))) == 1


def test_all_problems_are_listed_at_once():
    document = changed("scales", 0, "better", to="up")
    document["version"] = -1
    document["items"][0]["scale"] = "none"
    assert len(problems_of(document)) == 3


def test_items_of_different_ranges_may_be_one_scale_where_all_must_be_answered():
    document = changed("scales", 0, "items", to=["SD1", "MIN"])
    assert parse_instrument(document).scale("distance").min_answered == 2


def test_answers_arrive_as_numbers_or_as_text():
    answers = {"SD1": "3", "SD2": 4, "MIN": " 12.5 ", "SD3": ""}
    validated = parse_instrument(DOCUMENT).validate_answers(answers)
    assert validated == {"SD1": 3, "SD2": 4, "MIN": 12.5}
    assert [type(value) for value in validated.values()] == [int, int, float]


@pytest.mark.parametrize(
    ("code", "answer", "problem"),
    [
        ("SD9", 3, "unknown_item"),
        ("SD1", 0, "out_of_range"),
        ("SD1", 6, "out_of_range"),
        ("SD1", 2.5, "not_whole"),
        ("SD1", True, "not_a_number"),
        ("SD1", "three", "not_a_number"),
        ("SD1", "1e0", "not_a_number"),
        ("SD1", "\N{ARABIC-INDIC DIGIT THREE}", "not_a_number"),
        ("MIN", float("nan"), "not_a_number"),
        ("MIN", float("inf"), "out_of_range"),
        ("MIN", [1], "not_a_number"),
    ],
)
def test_a_wrong_answer_is_refused_with_its_reason(code, answer, problem):
    with pytest.raises(AnswerError) as refused:
        parse_instrument(DOCUMENT).validate_answers({code: answer, "SD2": 2})
    assert refused.value.problems == {code: problem}


def rich(*path, to):
    return changed(*path, to=to, document=RICH)


def test_neighbours_of_one_block_are_shown_together():
    groups = parse_instrument(RICH).groups_of(1)
    shown = [(group.block and group.block.kind, [i.code for i in group.items]) for group in groups]
    assert shown == [("matrix", ["A1", "A2"]), (None, ["SD1", "SD2"])]


@pytest.mark.parametrize(
    ("document", "place", "words"),
    [
        (rich("response_scales", "words", "max_length", to=0), "words.max_length", "at least 1"),
        (rich("response_scales", "words", "max_length", to=1001), "words.max_length", "at most"),
        (rich("response_scales", "words", "min", to=0), "response_scales.words", "unknown key"),
        (rich("scales", 0, "items", to=["SD1", "W1"]), "scales[1].items", "cannot be scored"),
        (rich("blocks", 0, "kind", to="riddle"), "blocks[1].kind", "vignette, matrix"),
        (rich("blocks", 0, "code", to="m1"), "blocks", "twice"),
        (rich("items", FIRST, "block", to="M9"), "items[1].block", "not one of the blocks"),
        (rich("items", FIRST, "block", to="V1"), "blocks", "neighbours in one section"),
        (rich("items", 2, "block", to="V1"), "blocks", "neighbours in one section"),
        (rich("items", FIRST, "scale", to="minutes"), "blocks", "share one likert scale"),
        (rich("items", LAST, "block", to="M1"), "blocks", "neighbours in one section"),
        (rich("items", SAY_WHY, "show_if", "item", to="SD1"), "items[7].show_if.item", "earlier"),
        (rich("items", SAY_WHY, "show_if", "item", to="W1"), "items[7].show_if.item", "earlier"),
        (rich("items", SAY_WHY, "show_if", "item", to=["x"]), "items[7].show_if.item", "earlier"),
        (rich("items", SAY_WHY, "show_if", "is", to=[6]), "items[7].show_if.is", "not a step"),
        (rich("items", SAY_WHY, "show_if", "is", to=[True]), "items[7].show_if.is", "not a step"),
        (rich("items", SAY_WHY, "show_if", "is", to=[]), "items[7].show_if.is", "empty"),
        (rich("items", SAY_WHY, "show_if", to="SD3"), "items[7].show_if", "mapping"),
        (changed("blocks", to=RICH["blocks"][:1]), "blocks", "no item belongs to V1"),
        (rich("title", to={"en": "A \0 byte"}), "title.en", "cannot be printed"),
        (rich("title", to={"en": "A \ud800 half"}), "title.en", "cannot be printed"),
    ],
)
def test_what_is_wrong_with_blocks_text_and_conditions_is_named(document, place, words):
    problems = problems_of(document)
    assert any(f"{place}: " in p and words in p for p in problems), problems


def test_free_text_is_kept_on_one_line_and_without_what_cannot_be_printed():
    spec = parse_instrument(RICH)
    answers = {"V3": "  They were\r\nkind\0 to me\u202e. "}
    assert spec.validate_answers(answers) == {"V3": "They were kind to me."}


@pytest.mark.parametrize(("answer", "problem"), [("x" * 41, "too_long"), (3, "not_text")])
def test_wrong_text_is_refused(answer, problem):
    with pytest.raises(AnswerError) as refused:
        parse_instrument(RICH).validate_answers({"V3": answer})
    assert refused.value.problems == {"V3": problem}


def test_text_of_which_nothing_is_left_counts_as_not_answered():
    assert parse_instrument(RICH).validate_answers({"V3": "\r\n \0"}) == {}


@pytest.mark.parametrize(
    ("answers", "kept"),
    [
        ({"SD3": 4, "W1": "It was late"}, {"SD3": 4, "W1": "It was late"}),
        ({"W1": "It was late", "SD3": "5"}, {"SD3": 5, "W1": "It was late"}),
        ({"SD3": 1, "W1": "It was late"}, {"SD3": 1}),
        ({"W1": "It was late"}, {}),
        ({"SD3": 1, "W1": "x" * 41}, {"SD3": 1}),
    ],
)
def test_an_answer_counts_only_where_others_lead_to_its_question(answers, kept):
    assert parse_instrument(RICH).validate_answers(answers) == kept


def test_a_condition_on_a_question_that_is_not_asked_is_not_met():
    later = {"code": "SD5", "section": 3, "text": {"en": "More"}, "scale": "agree5"}
    first = later | {"code": "SD4", "show_if": {"item": "SD3", "is": [5]}}
    second = later | {"show_if": {"item": "SD4", "is": [1]}}
    spec = parse_instrument(RICH | {"items": [*RICH["items"], first, second]})
    assert spec.validate_answers({"SD3": 1, "SD4": 1, "SD5": 2}) == {"SD3": 1}
    assert spec.validate_answers({"SD3": 5, "SD4": 1, "SD5": 2}) == {"SD3": 5, "SD4": 1, "SD5": 2}


def test_an_instrument_can_be_asked_without_its_free_text():
    spec = parse_instrument(RICH).without_free_text()
    assert [item.code for item in spec.items_of(4)] == ["V2"]
    with pytest.raises(AnswerError):
        spec.validate_answers({"V3": "They were kind"})


def test_a_language_is_offered_where_no_text_lacks_it():
    document = copy.deepcopy(RICH)
    assert parse_instrument(document).languages == ("en",)
    for texts in every_text(document):
        texts["es"] = "Texto"
    assert parse_instrument(document).languages == ("en", "es")
    del document["blocks"][0]["text"]["es"]
    assert parse_instrument(document).languages == ("en",)


def every_text(node):
    """All mappings of languages to text in a document."""
    if isinstance(node, dict) and "en" in node:
        yield node
    elif isinstance(node, dict | list):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from every_text(inner)


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(key=st.sampled_from(sorted(RICH)), value=json_like)
def test_any_document_is_read_or_refused(key, value):
    try:
        spec = parse_instrument({**RICH, key: value})
    except InstrumentError:
        return
    assert spec.items
    assert spec.scales


@given(answers=st.dictionaries(st.sampled_from(["SD1", "SD2", "MIN", "XX"]), json_like))
def test_any_answers_are_kept_within_range_or_refused(answers):
    spec = parse_instrument(DOCUMENT)
    try:
        kept = spec.validate_answers(answers)
    except AnswerError:
        return
    for code, value in kept.items():
        assert spec.item(code).scale.min <= value <= spec.item(code).scale.max
