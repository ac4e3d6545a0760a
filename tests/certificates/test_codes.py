import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import codes
from certificates.codes import ALPHABET, new_code, normalise

numbers = st.integers(min_value=0, max_value=2**128 - 1)
separators = st.sampled_from(["", " ", "-", "\N{EN DASH}", "\N{NO-BREAK SPACE}", "\n"])


def test_a_new_code_has_26_symbols_in_readable_groups():
    assert [len(group) for group in new_code().split("-")] == [5, 5, 5, 5, 6]
    assert set(new_code().replace("-", "")) <= set(ALPHABET)


def test_the_alphabet_leaves_out_what_is_easily_confused():
    assert len(ALPHABET) == 32
    assert set(string.digits + string.ascii_uppercase) - set(ALPHABET) == set("ILOU")


def test_a_code_comes_from_128_bits_of_the_systems_random_source(monkeypatch):
    asked = []
    monkeypatch.setattr(codes.secrets, "randbits", lambda bits: asked.append(bits) or 2**bits - 1)
    assert new_code() == "7ZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZZ"
    assert asked == [128]


def test_new_codes_differ():
    assert len({new_code() for _ in range(1000)}) == 1000


@given(numbers)
def test_a_code_is_its_own_normal_form_and_loses_no_bit(number):
    code = codes._encode(number)
    assert normalise(code) == code
    decoded = 0
    for symbol in code.replace("-", ""):
        decoded = decoded * 32 + ALPHABET.index(symbol)
    assert decoded == number


@given(numbers, st.data())
def test_case_separators_and_confusions_are_forgiven(number, data):
    code = codes._encode(number)
    written = []
    for symbol in code.replace("-", ""):
        confused = {"0": "0Oo", "1": "1IiLl"}.get(symbol, symbol + symbol.lower())
        written += [data.draw(st.sampled_from(confused)), data.draw(separators)]
    assert normalise("".join(written)) == code


@given(numbers, st.data())
def test_a_symbol_too_few_or_too_many_is_malformed(number, data):
    symbols = codes._encode(number).replace("-", "")
    place = data.draw(st.integers(0, 25))
    assert normalise(symbols[:place] + symbols[place + 1 :]) is None
    assert normalise(symbols[:place] + "7" + symbols[place:]) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "-----",
        "UUUUU-UUUUU-UUUUU-UUUUU-UUUUUU",
        "80000-00000-00000-00000-000000",
        "00000-00000-00000-00000-00000*",
        "00000_00000_00000_00000_000000",
        "00000-00000-00000-00000-00000\N{LATIN SMALL LETTER DOTLESS I}",
        "00000-00000-00000-00000-00000\N{ARABIC-INDIC DIGIT ONE}",
        "00000-00000-00000-00000-00000\0",
    ],
)
def test_what_cannot_be_a_code_is_none(text):
    assert normalise(text) is None


def test_an_endless_text_is_refused_without_being_read():
    assert normalise("0" * 26 + "-" * 10_000_000) is None


@given(st.text(max_size=60))
def test_any_text_gives_none_or_a_stored_form(text):
    found = normalise(text)
    assert found is None or normalise(found) == found
