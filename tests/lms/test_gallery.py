"""The gallery shows every component, in all its states, with the tag that writes it."""

import html
import re

import pytest
from django.urls import reverse

from tests.repository.sources import templates

pytestmark = pytest.mark.django_db

COMPONENTS = {name for name in templates() if name.startswith("components/")}
# Decoration of one page, seen there.
NOT_SHOWN = {"components/tower.html"}
NAMES = [
    *("Button", "Card", "Alert", "Table", "Form field", "Survey question", "Progress"),
    *("Empty state", "Badge", "Pagination", "Step indicator", "Chart frame", "Mail"),
]


@pytest.fixture
def answer(client):
    return client.get(reverse("gallery"))


@pytest.fixture
def page(answer) -> str:
    return answer.content.decode()


def _section(page: str, name: str) -> str:
    anchor = name.lower().replace(" ", "-")
    sections = page.split('<section class="section" ')
    (found,) = [one for one in sections if one.startswith(f'aria-labelledby="{anchor}"')]
    return found


def _shown(section: str) -> str:
    """Without the source that stands below each sample."""
    return re.sub(r"<pre.*?</pre>", "", section, flags=re.S)


def test_every_component_is_shown(answer):
    shown = {one.name for one in answer.templates}
    assert COMPONENTS - shown - NOT_SHOWN == set()
    assert COMPONENTS - shown >= NOT_SHOWN


@pytest.mark.parametrize("name", NAMES)
def test_a_component_has_a_section_that_the_contents_lead_to(page, name):
    anchor = name.lower().replace(" ", "-")
    assert f'<h2 id="{anchor}">{name}</h2>' in page
    assert f'<a href="#{anchor}">{name}</a>' in page


def test_a_sample_shows_the_very_tag_that_wrote_it(page):
    section = _section(page, "Badge")
    source = html.unescape(section[section.index("<code>") : section.index("</code>")])
    assert '{% badge "done" _("Passed") %}' in source
    assert 'class="status status--done"' in _shown(section)


def test_buttons_come_solid_outlined_as_links_and_with_an_icon(page):
    shown = _shown(_section(page, "Button"))
    assert 'class="usa-button">' in shown
    assert 'class="usa-button usa-button--outline">' in shown
    assert 'class="usa-button usa-button--unstyled">' in shown
    assert "#file_download" in shown
    assert '<span class="usa-sr-only">the table as CSV</span>' in shown


def test_alerts_come_in_four_kinds_with_a_heading_and_with_lines(page):
    shown = _shown(_section(page, "Alert"))
    kinds = re.findall(r"usa-alert--(\w+)", shown)
    assert kinds == ["success", "info", "warning", "error", "error"]
    assert '<h2 class="usa-alert__heading">Nothing was imported</h2>' in shown
    assert "<li>Line 12, column email: this is not an address.</li>" in shown


def test_a_card_without_facts_has_no_foot(page):
    whole, bare, _ = _shown(_section(page, "Card")).split("</li>", 2)
    assert "usa-card__footer" in whole
    assert "usa-card__footer" not in bare
    assert "Rewire4" in bare


def test_a_table_can_be_reached_says_that_it_scrolls_and_lines_up_its_numbers(page):
    shown = _shown(_section(page, "Table"))
    assert shown.count('role="region" tabindex="0"') == 3
    assert shown.count("Scroll sideways to see every column.") == 3
    assert '<td class="num">36.5</td>' in shown
    assert "Nobody has a seat yet." in shown


def test_only_a_table_of_many_columns_keeps_its_first_one_in_place(page):
    assert _shown(_section(page, "Table")).count("table-scroll--wide") == 1


def test_a_field_says_its_hint_and_its_error_where_a_screen_reader_finds_them(page):
    shown = _shown(_section(page, "Form field"))
    assert 'id="id_name_helptext"' in shown
    assert "wrong-seats_error" in shown
    described = re.search(r'id="wrong-seats"[^>]*|[^<]*id="wrong-seats"[^>]*', shown)
    assert described
    assert 'aria-invalid="true"' in described[0]
    for kind in ("text", "email", "date", "number", "file", "radio", "checkbox"):
        assert f'type="{kind}"' in shown, kind
    assert "<select" in shown
    assert "<textarea" in shown


def test_every_survey_question_can_be_left_out_and_keeps_what_was_chosen(page):
    shown = _shown(_section(page, "Survey question"))
    assert shown.count("Prefer not to say") == shown.count("<fieldset") == 6
    assert shown.count(" checked") == 1


def test_progress_is_words_with_a_bar_that_they_name(page):
    shown = _shown(_section(page, "Progress"))
    assert '>26.5 of 40 hours earned<progress class="progress__bar" value="26.5" max="40">' in shown
    assert 'value="0" max="28"' in shown


def test_pages_have_neighbours_where_there_are_any(page):
    first, middle, last = _shown(_section(page, "Pagination")).split("</nav>")[:3]
    assert ("Previous" in first, "Next" in first) == (False, True)
    assert ("Previous" in middle, "Next" in middle) == (True, True)
    assert ("Previous" in last, "Next" in last) == (True, False)
    assert all(one.count('aria-current="page"') == 1 for one in (first, middle, last))


def test_one_step_is_the_current_one(page):
    shown = _shown(_section(page, "Step indicator"))
    lists = shown.split("</ol>")[:3]
    assert [one.count('aria-current="step"') for one in lists] == [1, 1, 1]
    current = [re.findall(r'aria-current="step">([^<]+)', one) for one in lists]
    assert current == [["1. Choose a file"], ["2. Check"], ["3. Done"]]
    assert [one.count(", done") for one in lists] == [0, 1, 2]


def test_a_chart_has_a_sentence_for_screen_readers_and_its_numbers(page):
    shown = _shown(_section(page, "Chart frame"))
    labels = re.findall(r'role="img" aria-label="([^"]+)"', shown)
    assert len(labels) == 2
    assert all("The same numbers are in the table." in label for label in labels)
    assert "<summary>Show the numbers</summary>" in shown


def test_a_histogram_of_changes_has_a_line_of_no_change_and_open_ends(page):
    shown = _shown(_section(page, "Distribution"))
    assert shown.count('class="zero"') == 2
    assert shown.count('class="after open"') == 4


def test_mails_are_shown_as_their_text(page):
    section = _section(page, "Mail")
    assert "Your account for" in section
    assert "Call or text 988" in section
    assert section.count('<pre class="letter">') == 19
