"""Placeholders are bare names: what else stands in braces is refused, and nothing is looked into."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.placeholders import Fault, faults, fill, paragraphs

KNOWN = {"first_name", "course"}


def test_a_placeholder_is_replaced_by_its_value():
    assert fill("Hello {first_name}.", {"first_name": "Rosa"}) == "Hello Rosa."


def test_a_sentence_ends_with_one_full_stop():
    values = {"hour": "9 a.m.", "day": "Monday"}
    assert fill("At {hour}. On {day}. Or {hour}...", values) == "At 9 a.m. On Monday. Or 9 a.m...."


def test_what_is_put_in_is_not_looked_at_again():
    assert fill("{first_name}", {"first_name": "{course}", "course": "x"}) == "{course}"


@pytest.mark.parametrize(
    "braces",
    [
        "{first_name.__class__}",
        "{first_name[0]}",
        "{first_name!r}",
        "{first_name:>99999999}",
        "{0}",
        "{}",
        "{ first_name }",
        "{First_Name}",
        "{% include %}",
        "{first_name",
        "first_name}",
    ],
)
def test_anything_else_in_braces_is_malformed(braces):
    assert [fault.code for fault in faults(f"Hello {braces}", KNOWN)] == ["malformed"]


def test_double_braces_are_malformed():
    assert {fault.code for fault in faults("{{first_name}}", KNOWN)} == {"malformed"}


def test_an_unknown_one_is_named_once():
    found = faults("{password} and {password}", KNOWN)
    assert found == [Fault("unknown", "{password}")]


def test_one_that_must_be_there_is_missed():
    assert faults("Hello", KNOWN, needed=["course"]) == [Fault("missing", "{course}")]


@given(st.text(alphabet="{}ab_.[]!:% \n"), st.text(alphabet="{}ab_"))
def test_words_without_a_fault_are_filled_without_braces(text, value):
    if not faults(text, {"a", "b"}):
        filled = fill(text, {"a": "x", "b": value.replace("{", "").replace("}", "")})
        assert "{" not in filled
        assert "}" not in filled


def test_empty_lines_part_paragraphs():
    assert paragraphs("\r\none\r\nmore\r\n\r\n \r\ntwo\n") == ["one\nmore", "two"]
