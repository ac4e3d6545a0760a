"""Any instrument document that may be loaded, for property tests."""

from typing import Any

from hypothesis import strategies as st

LANGUAGES = ("en", "es", "ht", "no", "pt-BR")
WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs")) | st.just("\n"), max_size=30)
TEXT = WORDS.filter(str.strip)
TEXTS = st.builds(
    lambda english, others: {"en": english, **others},
    TEXT,
    st.dictionaries(st.sampled_from(LANGUAGES[1:]), TEXT, max_size=2),
)
LIKERT = st.fixed_dictionaries(
    {"type": st.just("likert"), "min": st.integers(-2, 1), "max": st.integers(2, 9)},
    optional={"labels": st.dictionaries(st.integers(1, 2), TEXTS, max_size=2)},
)
NUMBER = st.fixed_dictionaries(
    {"type": st.just("number"), "min": st.floats(-9, 0), "max": st.floats(0.5, 1e6)}
)
FREE_TEXT = st.fixed_dictionaries({"type": st.just("text"), "max_length": st.integers(1, 1000)})


@st.composite
def _items(draw: Any, section: int) -> list[dict[str, Any]]:
    """Statements, some of them in a matrix; a number and a text, one of them with a condition."""
    one, in_matrix = f"A{section}", f"M{section}"
    statements = [
        {"code": f"{one}_{n}", "section": section, "scale": "agree", "text": draw(TEXTS)}
        for n in range(draw(st.integers(1, 3)))
    ]
    rows = [
        {"code": f"R{section}_{n}", "section": section, "scale": "agree", "text": draw(TEXTS)}
        | {"block": in_matrix}
        for n in range(draw(st.integers(0, 2)))
    ]
    condition = {
        "item": f"{one}_0",
        "is": draw(st.lists(st.integers(1, 2), min_size=1, unique=True)),
    }
    last = [
        {"code": f"{scale}{section}", "section": section, "scale": scale, "text": draw(TEXTS)}
        | ({"show_if": condition} if draw(st.booleans()) else {})
        for scale in ("minutes", "words")
    ]
    return [*statements, *rows, *last]


@st.composite
def instrument_documents(draw: Any) -> dict[str, Any]:
    items = [
        item for section in range(1, draw(st.integers(1, 3)) + 1) for item in draw(_items(section))
    ]
    likert = [item["code"] for item in items if item["scale"] == "agree"]
    keyed = draw(st.lists(st.sampled_from(likert), min_size=1, unique=True))
    blocks = sorted({item["block"] for item in items if "block" in item})
    document = {
        "code": draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,20}", fullmatch=True)),
        "version": draw(st.integers(1, 99)),
        "title": draw(TEXTS),
        "licence": draw(TEXT),
        "citation": draw(TEXT),
        "response_scales": {
            "agree": draw(LIKERT),
            "minutes": draw(NUMBER),
            "words": draw(FREE_TEXT),
        },
        "items": items,
        "scales": [
            {
                "code": "total",
                "title": draw(TEXTS),
                "items": [draw(st.sampled_from(["", "-"])) + code for code in keyed],
                "score": draw(st.sampled_from(["mean", "sum"])),
                "min_answered": draw(st.integers(1, len(keyed))),
                "better": draw(st.sampled_from(["higher", "lower"])),
            }
        ],
    }
    optional = {
        "blocks": [{"code": code, "kind": "matrix", "text": draw(TEXTS)} for code in blocks],
        "section_titles": {1: draw(TEXTS)} if draw(st.booleans()) else {},
        "not_comparable": [{"scale": "total", "waves": ["pre", "post"]}]
        if draw(st.booleans())
        else [],
    }
    return document | {key: value for key, value in optional.items() if value}
