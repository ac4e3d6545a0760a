import pytest

from lms.accounts.meanwhile import crossed, meant, sent_along, shown_by

SHOWN = {"unit": "District 4", "rank": "Officer"}


def test_only_what_the_reader_changed_is_meant():
    assert meant(SHOWN, SHOWN | {"rank": "Sergeant"}) == {"rank": "Sergeant"}
    assert meant(SHOWN, {"unit": "District 4"}) == {"rank": None}


def test_a_change_crosses_one_that_says_something_else_and_no_other():
    wanted = {"rank": "Sergeant"}
    assert crossed(SHOWN, wanted, SHOWN | {"unit": "District 9"}) == []
    assert crossed(SHOWN, wanted, SHOWN | {"rank": "Sergeant"}) == []
    assert crossed(SHOWN, wanted, SHOWN | {"rank": "Captain"}) == ["rank"]


def test_what_is_sent_along_comes_back():
    assert shown_by(sent_along(SHOWN)) == SHOWN


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 5000, "9" * 5000, '{"a": NaN'])
def test_what_no_page_sent_is_nothing(text):
    assert shown_by(text) is None
