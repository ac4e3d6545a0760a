"""The catalog: shelves, filters, search."""

import pytest

from cms_pages.catalog import folded
from tests.cms_pages.test_programs import page_of
from tests.factories import CourseVersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def three():
    """Two programs with pages on two shelves, and one that nobody has written about."""
    page_of(CourseVersionFactory.create(), title="Listening", group="crisis")
    page_of(
        CourseVersionFactory.create(modules=[{"code": "a", "title": "Résumé of a case"}]),
        title="Fairness",
        group="justice",
        learn=["Read a table of outcomes."],
    )
    CourseVersionFactory.create(course__title="Unwritten")


def listed(client, query="") -> list[str]:
    html = client.get(f"/catalog/{query}").content.decode()
    return [name for name in ("Listening", "Fairness", "Unwritten") if f">{name}</a>" in html]


def test_programs_stand_on_their_shelves_and_the_unwritten_last(client, three):
    html = client.get("/catalog/").content.decode()
    places = [
        html.index(word)
        for word in ("Crisis intervention</h2>", "Justice and equity</h2>", "More programs</h2>")
    ]
    assert places == sorted(places)
    assert listed(client) == ["Listening", "Fairness", "Unwritten"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?group=justice", ["Fairness"]),
        ("?group=nonsense", ["Listening", "Fairness", "Unwritten"]),
        ("?q=FAIR", ["Fairness"]),
        ("?q=resume+case", ["Fairness"]),
        ("?q=outcomes", ["Fairness"]),
        ("?q=listening&group=justice", []),
        ("?q=%20", ["Listening", "Fairness", "Unwritten"]),
        ("?page=99", ["Listening", "Fairness", "Unwritten"]),
    ],
)
def test_filters_and_search_find_what_they_say(client, three, query, names):
    assert listed(client, query) == names


def test_a_search_without_results_says_so_and_leads_back(client, three):
    html = client.get("/catalog/?q=zither").content.decode()
    assert "Nothing here uses those words" in html
    assert "Show all programs" in html


def test_what_somebody_looks_for_stays_text(client, three):
    html = client.get("/catalog/?q=<script>x</script>").content.decode()
    assert "<script>x" not in html


def test_the_chosen_shelf_is_marked_and_search_keeps_it(client, three):
    html = client.get("/catalog/?group=justice").content.decode()
    assert 'aria-current="true">Justice and equity' in html
    assert '<input type="hidden" name="group" value="justice">' in html


def test_case_and_accents_do_not_matter():
    assert folded("RÉSUMÉ") == folded("résumé") == "resume"


def test_many_programs_come_in_pages(client):
    for number in range(25):
        CourseVersionFactory.create(course__title=f"Course {number}")
    assert client.get("/catalog/").content.decode().count('class="usa-card"') == 24
    assert client.get("/catalog/?page=2").content.decode().count('class="usa-card"') == 1
