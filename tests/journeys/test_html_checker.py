"""The judge of the pages' HTML is there, and finds what is wrong."""

import pytest

from tests.journeys.html_checker import SentPage, missing

VALID = b'<!doctype html><html lang="en"><head><title>A</title></head><body><p>B</p></body></html>'


def _page(body: bytes) -> SentPage:
    return SentPage("GET /a/", 200, body, len(body))


@pytest.fixture
def checker(html_checker):
    if html_checker is None:
        pytest.skip(missing())
    return html_checker


def test_a_valid_page_gets_no_complaint(checker):
    assert checker.complaints([_page(VALID)]) == []


@pytest.mark.parametrize(
    ("found", "put", "words"),
    [
        (b"<p>B</p>", b"<p><div>B</div></p>", "No “p” element in scope"),
        (b"<p>B</p>", b'<p id="b">B</p><p id="b">C</p>', "Duplicate ID"),
        (b' lang="en"', b"", "Consider adding a “lang” attribute"),
    ],
)
def test_what_is_wrong_is_told_with_address_and_line(checker, found, put, words):
    told = checker.complaints([_page(VALID.replace(found, put))])
    assert told
    assert all(one.startswith("GET /a/ (200), line 1: ") for one in told)
    assert any(words in one for one in told)


def test_a_page_is_judged_once_however_often_it_is_sent(checker):
    page = _page(VALID.replace(b"B", b"<b>once"))
    assert checker.complaints([page, page])
    assert checker.complaints([page]) == []


def test_ci_may_not_do_without_it(monkeypatch):
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr("shutil.which", lambda program: None)
    with pytest.raises(AssertionError, match="java is not installed"):
        missing()
