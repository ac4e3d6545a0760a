import pytest
from django.test import Client
from django.urls import reverse

from assessments.actions import load_instrument
from assessments.yaml_files import parse_document
from tests.factories import UserFactory
from tests.rich_survey import make_rich_survey, rich_document

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


@pytest.fixture
def client() -> Client:
    browser = Client()
    browser.force_login(UserFactory.create(roles=["evaluator"]))
    return browser


def test_the_list_says_which_studies_use_a_version(client: Client) -> None:
    study = make_rich_survey(people=1).study
    load_instrument(document=rich_document() | {"version": 2}, by=None)
    page = client.get(reverse("instruments:home")).content.decode()
    assert page.count(f"used in {study.code}") == 1
    assert page.count("not used yet") == 1


def test_a_versions_page_tells_all_of_it(client: Client) -> None:
    load_instrument(document=rich_document(), by=None)
    page = client.get(reverse("instruments:version", args=["rich", 1])).content.decode()
    for words in (
        "I would sit down beside him.",
        "Asked if SIT is 4 or 5",
        "English, Spanish",
        "1: Strongly disagree",
        "Free text, up to 500 characters",
        "A man has sat on the steps",
        "In studies that allow free text",
    ):
        assert words in page


def test_a_downloaded_file_loaded_again_is_the_published_version(client: Client) -> None:
    version, _ = load_instrument(document=rich_document(), by=None)
    file = client.get(reverse("instruments:file", args=["rich", 1])).content
    assert load_instrument(document=parse_document(file), by=None) == (version, False)


def test_a_preview_shows_the_survey_in_any_complete_language(client: Client) -> None:
    load_instrument(document=rich_document(), by=None)
    url = reverse("instruments:preview", args=["rich", 1, 1])
    page = client.get(url, {"language": "es"}).content.decode()
    assert "Me sentaría a su lado." in page
    assert "Un hombre lleva una hora" in page
    assert "<form" not in page.split("<main")[1]
    assert "I would sit down beside him." in client.get(url, {"language": "xx"}).content.decode()
    assert client.get(reverse("instruments:preview", args=["rich", 1, 3])).status_code == 404
