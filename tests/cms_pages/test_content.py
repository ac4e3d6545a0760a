"""The words that are shipped: whole, in order, and free of what must not be said."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from cms_pages.documents import rich, words
from cms_pages.models import LessonPage
from courses.models import Course

pytestmark = pytest.mark.django_db
ROOM = Path(settings.BASE_DIR) / "cms_pages"
DOCUMENTS = sorted(ROOM.glob("*/*.yaml"))
PLAIN = ("/about/", "/privacy/", "/accessibility/", "/help/", "/contact/", "/lessons/")


class Headings(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.ids += [value for name, value in attributes if name == "id" and value]


@pytest.fixture
def loaded():
    call_command("load_curriculum", verbosity=0)
    call_command("load_pages", verbosity=0)


def _shapes(html: str) -> Headings:
    parser = Headings()
    parser.feed(html)
    return parser


def test_every_public_page_has_one_title_and_headings_in_order(client, loaded):
    codes = Course.objects.values_list("code", flat=True)
    for path in ("/", "/catalog/", *PLAIN, *(reverse("course", args=[code]) for code in codes)):
        answer = client.get(path)
        assert answer.status_code == 200, path
        shapes = _shapes(answer.content.decode())
        assert shapes.levels.count(1) == 1, path
        steps = zip(shapes.levels, shapes.levels[1:], strict=False)
        assert all(after <= before + 1 for before, after in steps), (path, shapes.levels)
        assert len(set(shapes.ids)) == len(shapes.ids), path


def test_the_footer_leads_to_pages_that_are_there(client, loaded):
    html = client.get("/").content.decode()
    foot = html[html.index('<footer class="foot">') :]
    paths = set(re.findall(r'href="(/[a-z]+/)"', foot))
    assert paths == {"/outcomes/", "/privacy/", "/accessibility/", "/help/", "/about/", "/contact/"}
    assert all(client.get(path).status_code == 200 for path in paths)


def test_links_in_the_pages_lead_somewhere(client, loaded):
    for path in ("/", *PLAIN):
        main = client.get(path).content.decode().split('<main id="main"')[1].split("</main>")[0]
        for address in set(re.findall(r'<a href="(/[^"#?]*)', main)):
            assert client.get(address).status_code in {200, 302}, (path, address)


def test_four_lessons_are_finished(loaded):
    lessons = LessonPage.objects.live()
    assert lessons.count() >= 4
    for lesson in lessons:
        kinds = [block.block_type for block in lesson.body]
        assert {"heading", "paragraph", "callout", "crisis_line"} <= set(kinds), lesson.title
        assert lesson.next_shift
        text = re.sub(r"<[^>]+>", " ", lesson.body.render_as_block())
        assert 120 <= len(text.split()) / lesson.reading_minutes <= 220, lesson.title


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_no_text_uses_words_that_hurt(path):
    text = path.read_text(encoding="utf-8").lower()
    said = text.replace("“subject”", "").replace('drop "committed,"', "")
    for word in ("edp", "committed suicide", "the subject", "mentally ill", "lorem"):
        assert word not in said, word


def test_privacy_never_calls_matched_answers_anonymous():
    text = (ROOM / "pages" / "privacy.yaml").read_text(encoding="utf-8")
    assert re.findall(r"[^.]*anonymous[^.]*\.", text)
    assert all(
        "not anonymous" in " ".join(sentence.split())
        for sentence in re.findall(r"[^.]*anonymous[^.]*\.", text)
    )


def test_every_document_reads_as_one():
    assert len(DOCUMENTS) >= 20
    assert all(isinstance(yaml.safe_load(path.read_text()), dict) for path in DOCUMENTS)


def test_links_of_a_document_stay_on_the_site_and_markup_stays_text():
    html = rich(
        "See [help](/help/) or [x](https://elsewhere.org) **now** <b>no</b>\n\nNext."
    ).source
    assert '<a href="/help/">help</a>' in html
    assert "<b>now</b>" in html
    assert 'href="https' not in html
    assert "&lt;b&gt;no" in html
    assert html.count("<p>") == 2


def test_line_breaks_of_a_file_are_not_the_readers():
    assert words("one\ntwo\n\nthree\n") == "one two\n\nthree"


def test_no_page_denies_that_one_can_withdraw_after_the_closing(client, loaded):
    """The pages once said that there was no way yet. There is, for everybody who is told of it."""
    denials = r"no way yet|decide before it closes|withdraw until the survey closes"
    for document in DOCUMENTS:
        assert not re.search(denials, " ".join(document.read_text().split())), document.name
    for path in ("/privacy/", "/help/"):
        html = client.get(path).content.decode()
        assert f'href="{reverse("survey:studies")}"' in html, path
        assert "at most seven days later" in " ".join(html.split()), path
