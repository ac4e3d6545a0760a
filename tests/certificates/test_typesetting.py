import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.drawing import FONTS
from certificates.typesetting import DoesNotFit, GlyphMissing, fit, load_face, words, wrap

texts = st.text(alphabet="abcdefgh WMił-", min_size=1, max_size=60).map(
    lambda text: " ".join(text.split()) or "a"
)


@pytest.fixture(scope="module")
def face():
    return load_face(FONTS / "NotoSans-Bold.ttf")


def test_a_short_text_stands_on_one_line_at_the_largest_size(face):
    fitted = fit("Bo Li", face, width=400, largest=40, smallest=20, lines=2)
    assert (fitted.lines, fitted.size) == (("Bo Li",), 40)


def test_a_longer_text_shrinks_before_it_takes_a_second_line(face):
    fitted = fit("Wilhelmina Whitcombe", face, width=400, largest=40, smallest=20, lines=2)
    assert len(fitted.lines) == 1
    assert 20 <= fitted.size < 40


def test_two_lines_are_nearly_equally_long(face):
    text = "Wilhelmina Eleanor Featherstonehaugh Whitcombe"
    fitted = fit(text, face, width=400, largest=40, smallest=20, floor=8, lines=2)
    assert fitted.lines == ("Wilhelmina Eleanor", "Featherstonehaugh Whitcombe")


def test_a_double_name_breaks_after_its_hyphen(face):
    assert words("Anna Brzęczyszczykiewicz-Szymborska") == [
        "Anna ",
        "Brzęczyszczykiewicz-",
        "Szymborska",
    ]


def test_a_single_endless_word_is_cut_but_a_mark_stays_with_its_letter(face):
    word = "x\N{COMBINING CARON}" * 80
    fitted = fit(word, face, width=200, largest=20, smallest=18, floor=6, lines=3)
    assert len(fitted.lines) > 1
    assert all(line.startswith("x") for line in fitted.lines)


def test_what_is_too_long_at_the_floor_is_refused(face):
    with pytest.raises(DoesNotFit, match="WWW"):
        fit("W" * 200, face, width=200, largest=20, smallest=10, floor=8, lines=2)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("王小明", "CJK UNIFIED IDEOGRAPH-738B"),
        ("محمد", "ARABIC LETTER MEEM"),
        ("नेहा", "DEVANAGARI LETTER NA"),
        ("Ann \N{GRINNING FACE}", "GRINNING FACE"),
    ],
)
def test_a_character_that_cannot_be_shown_is_named(face, text, name):
    with pytest.raises(GlyphMissing, match=name):
        fit(text, face, width=400, largest=20, smallest=20)


@given(texts, st.integers(60, 400), st.integers(5, 20))
def test_wrapping_keeps_every_character_and_the_width(text, width, size):
    face = load_face(FONTS / "NotoSans-Bold.ttf")
    rows = wrap(words(text), face, size=size, width=width, inside_words=True)
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")
    assert all(face.width(row, size) <= width for row in rows)


@given(texts)
def test_fitted_lines_say_the_same_words(text):
    face = load_face(FONTS / "NotoSans-Bold.ttf")
    fitted = fit(text, face, width=300, largest=30, smallest=20, floor=5, lines=3)
    assert "".join(fitted.lines).replace(" ", "") == text.replace(" ", "")
    assert all(face.width(line, fitted.size) <= 300 for line in fitted.lines)
