from hypothesis import given
from hypothesis import strategies as st

from assessments.packs.texts import plain, shortened, shortened_apart, utf8_bytes


def test_a_text_that_fits_is_not_touched() -> None:
    assert shortened("Überall", 8, utf8_bytes) == "Überall"


def test_a_cut_text_ends_in_an_ellipsis_within_the_limit() -> None:
    assert shortened("Strongly disagree", 12) == "Strongly di…"
    assert shortened("🚓🚓🚓🚓", 8, utf8_bytes) == "🚓…"


def test_answers_that_begin_alike_do_not_end_alike() -> None:
    long = "On my next call I would "
    texts = {1: long + "wait", 2: long + "leave", 3: "Other"}

    assert shortened_apart(texts, 20) == {
        1: "On my next call [1]".replace(" [1]", "… [1]"),
        2: "On my next call… [2]",
        3: "Other",
    }


def test_what_no_label_can_hold_is_left_out() -> None:
    assert plain("a\0b\x1f\ud800\ufffe\r\nc\td") == "ab\nc\td"


@given(st.text(), st.integers(8, 40))
def test_bytes_never_exceed_the_limit(text: str, limit: int) -> None:
    assert utf8_bytes(shortened(plain(text), limit, utf8_bytes)) <= limit


@given(st.dictionaries(st.integers(-9, 99), st.text(max_size=60), max_size=8))
def test_different_numbers_never_share_a_label_unless_they_shared_the_text(
    texts: dict[int, str],
) -> None:
    labels = shortened_apart({n: plain(text) for n, text in texts.items()}, 20)

    assert len(set(labels.values())) == len(labels)
    assert all(len(label) <= 20 for label in labels.values())
