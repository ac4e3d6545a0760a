from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assessments.actions import load_instrument
from assessments.actions.drafts import draft_of_version, remove_part
from assessments.drafts import ITEMS, fingerprint, part_of
from assessments.models import InstrumentDraft, InstrumentVersion
from lms.accounts.models import User
from tests.factories import UserFactory
from tests.rich_survey import rich_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return UserFactory.create(roles=["evaluator"], first_name="Ann", last_name="Alder")


@pytest.fixture
def client(ann: User) -> Client:
    browser = Client()
    browser.force_login(ann)
    return browser


@pytest.fixture
def draft(ann: User) -> InstrumentDraft:
    version, _ = load_instrument(document=rich_document(), by=None)
    return draft_of_version(version=version, by=ann)


def form_of(client: Client, url: str) -> dict[str, Any]:
    """What the form at an address would post if nothing were changed."""
    form = client.get(url).context["form"]
    values = {field.html_name: field.value() for field in form}
    return {name: value for name, value in values.items() if value is not None}


def part_url(draft: InstrumentDraft, kind: str, code: str = "") -> str:
    if code:
        return reverse("instruments:part", args=[draft.uuid, kind, code])
    return reverse("instruments:add", args=[draft.uuid, kind])


def test_an_instrument_can_be_written_from_nothing_and_published(client: Client) -> None:
    start = {"table-code": "calm", "table-title": "Calm", "how": "table"}
    client.post(reverse("instruments:new"), start)
    draft = InstrumentDraft.objects.get()
    posts = [
        ("details", {"code": "calm", "text_en": "Calm", "licence": "CC0", "citation": "Us"}),
        (
            "response_scales",
            {
                "code": "agree5",
                "type": "likert",
                "min": "1",
                "max": "5",
                "labels_en": "1: No\n5: Yes",
            },
        ),
        ("items", {"code": "A1", "section": "1", "text_en": "I wait.", "scale": "agree5"}),
        (
            "items",
            {
                "code": "A2",
                "section": "1",
                "text_en": "I rush.",
                "scale": "agree5",
                "show_if_item": "A1",
                "show_if_is": "1, 2",
            },
        ),
        (
            "scales",
            {
                "code": "calm_scale",
                "text_en": "Calm",
                "straight": ["A1"],
                "turned": ["A2"],
                "score": "mean",
                "min_answered": "1",
                "better": "higher",
            },
        ),
    ]
    for kind, data in posts:
        url = part_url(draft, kind)
        shown = form_of(client, url)["seen"]
        answer = client.post(url, data | {"seen": shown})
        assert answer.status_code == 302, answer.context["form"].errors
    client.post(
        part_url(draft, "section_titles", "1"),
        {
            "text_en": "On a call",
            "seen": form_of(client, part_url(draft, "section_titles", "1"))["seen"],
        },
    )
    page = client.get(reverse("instruments:draft", args=[draft.uuid]))
    assert page.context["problems"] == []
    answer = client.post(
        reverse("instruments:publish", args=[draft.uuid]), {"seen": page.context["seen"]}
    )
    assert answer.url == reverse("instruments:version", args=["calm", 1])
    spec = InstrumentVersion.objects.get().spec
    assert [(k.code, k.reversed) for k in spec.scale("calm_scale").items] == [
        ("A1", False),
        ("A2", True),
    ]
    assert spec.item("A1").scale.label_in(5, "en") == "Yes"
    assert spec.section_title(1, "en") == "On a call"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("details", ""),
        *((ITEMS, code) for code in ("SIT", "WHY", "MIN", "CLI")),
        *(("response_scales", code) for code in ("agree5", "minutes", "words")),
        ("blocks", "V1"),
        ("scales", "reach"),
        ("section_titles", "1"),
    ],
)
def test_a_form_that_is_saved_as_it_was_shown_changes_nothing(client, draft, kind, code) -> None:
    before = draft.document
    url = part_url(draft, kind, code)
    assert client.post(url, form_of(client, url)).status_code == 302
    draft.refresh_from_db()
    assert {key: part for key, part in draft.document.items() if part} == before


def test_who_is_second_keeps_what_they_typed_and_sees_what_stands_there(client, draft, ann) -> None:
    url = part_url(draft, ITEMS, "SIT")
    form = form_of(client, url)
    client.post(url, form | {"text_en": "Ann's words"})
    ben = Client()
    ben.force_login(UserFactory.create(roles=["evaluator"]))
    answer = ben.post(url, form | {"text_en": "Ben's words"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Ann Alder changed this while you were writing" in page
    assert "Ann&#x27;s words" in page
    assert "Ben&#x27;s words" in page
    again = {f.html_name: f.value() for f in answer.context["form"] if f.value() is not None}
    assert ben.post(url, again).status_code == 302
    draft.refresh_from_db()
    assert part_of(draft.document, ITEMS, "SIT")["text"]["en"] == "Ben's words"  # type: ignore[index]


def test_what_was_removed_meanwhile_can_be_put_in_again(client, draft, ann) -> None:
    url = part_url(draft, ITEMS, "BED")
    form = form_of(client, url)
    shown = fingerprint(part_of(draft.document, ITEMS, "BED"))
    remove_part(draft=draft, by=ann, kind=ITEMS, code="BED", seen=shown)
    answer = client.post(url, form)
    assert answer.status_code == 409
    assert "removed this while you were writing" in answer.content.decode()
    again = {f.html_name: f.value() for f in answer.context["form"] if f.value() is not None}
    assert client.post(url, again).status_code == 302
    draft.refresh_from_db()
    assert part_of(draft.document, ITEMS, "BED")


@pytest.mark.parametrize(
    ("kind", "code", "wrong", "at"),
    [
        (ITEMS, "SIT", {"code": "MIN"}, "code"),
        (ITEMS, "SIT", {"code": "1 x"}, "code"),
        (ITEMS, "SIT", {"text_en": ""}, "text_en"),
        (ITEMS, "SIT", {"text_en": "nul \0"}, "text_en"),
        (ITEMS, "SIT", {"section": "0"}, "section"),
        (ITEMS, "SIT", {"scale": "nowhere"}, "scale"),
        (ITEMS, "WHY", {"show_if_is": "often"}, "show_if_is"),
        (ITEMS, "WHY", {"show_if_is": ""}, "show_if_is"),
        ("response_scales", "agree5", {"min": ""}, "min"),
        ("response_scales", "agree5", {"labels_en": "Never"}, "labels_en"),
        ("response_scales", "agree5", {"labels_en": "1: a\n1: b"}, "labels_en"),
        ("response_scales", "words", {"max_length": ""}, "max_length"),
        ("response_scales", "words", {"max_length": "5000"}, "max_length"),
        ("scales", "reach", {"turned": ["CLI"]}, "turned"),
        ("scales", "reach", {"straight": []}, "straight"),
    ],
)
def test_a_wrong_entry_is_refused_at_its_field_and_kept(
    client, draft, kind, code, wrong, at
) -> None:
    before = draft.document
    url = part_url(draft, kind, code)
    answer = client.post(url, form_of(client, url) | wrong)
    assert answer.status_code == 400
    assert at in answer.context["form"].errors
    draft.refresh_from_db()
    assert draft.document == before


def test_parts_are_moved_and_removed_from_the_drafts_page(client, draft) -> None:
    url = reverse("instruments:change", args=[draft.uuid, ITEMS, "MIN"])
    client.post(url, {"do": "up"})
    draft.refresh_from_db()
    assert [item["code"] for item in draft.document["items"]][:3] == ["SIT", "MIN", "WHY"]
    client.post(url, {"do": "remove", "seen": fingerprint(part_of(draft.document, ITEMS, "MIN"))})
    draft.refresh_from_db()
    assert part_of(draft.document, ITEMS, "MIN") is None


def test_waves_that_may_not_be_compared_are_said_with_their_scale(client, draft) -> None:
    url = part_url(draft, "scales", "reach")
    client.post(url, form_of(client, url) | {"not_comparable": "pre, post\n\npre later"})
    draft.refresh_from_db()
    assert [rule["waves"] for rule in draft.document["not_comparable"]] == [
        ["pre", "post"],
        ["pre", "later"],
    ]
    assert form_of(client, url)["not_comparable"] == "pre, post\npre, later"


def test_a_table_becomes_a_draft(client) -> None:
    table = client.get(reverse("instruments:template")).content
    data = {"table-code": "fair", "table-title": "Fair", "how": "table"}
    sent = data | {"table-table": SimpleUploadedFile("items.csv", table)}
    assert client.post(reverse("instruments:new"), sent).status_code == 302
    draft = InstrumentDraft.objects.get()
    assert draft.languages == ["en", "es"]
    assert len(draft.document["items"]) == 13
    page = client.get(reverse("instruments:draft", args=[draft.uuid]))
    assert {problem["text"] for problem in page.context["problems"]} >= {
        "Scale fair_process: better is missing"
    }


def test_a_faulty_table_is_refused_with_line_and_column(client) -> None:
    table = SimpleUploadedFile("items.csv", b"code,scale,text_en,min,max\n,five,Words,1,5\n")
    data = {"table-code": "fair", "table-title": "Fair", "how": "table", "table-table": table}
    answer = client.post(reverse("instruments:new"), data)
    assert answer.status_code == 400
    assert "Line 2, column code: This must be filled in." in answer.content.decode()
    assert not InstrumentDraft.objects.exists()


def test_a_file_becomes_a_draft_and_comes_back_the_same(client, draft) -> None:
    file = client.get(reverse("instruments:file", args=["rich", 1])).content
    sent = {"how": "file", "file-file": SimpleUploadedFile("rich.yaml", file)}
    assert client.post(reverse("instruments:new"), sent).status_code == 302
    made = InstrumentDraft.objects.exclude(pk=draft.pk).get()
    assert made.document == draft.document


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (b"code: [", "line 1"),
        (b"a: &x [1]\nb: *x\n", "refers to its own parts"),
        (b"[" * 5000, "nested too deep"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"code: fine\n", "licence is missing"),
        (b"version: 99999999999999999999\n", "at most"),
    ],
)
def test_a_file_that_is_no_instrument_is_refused_with_its_reason(client, file, words) -> None:
    sent = {"how": "file", "file-file": SimpleUploadedFile("rich.yaml", file)}
    answer = client.post(reverse("instruments:new"), sent)
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_a_language_is_added_and_asked_for_in_every_form(client, draft) -> None:
    url = reverse("instruments:languages", args=[draft.uuid])
    assert client.post(url, {"language": "ht"}).status_code == 302
    assert "text_ht" in client.get(part_url(draft, ITEMS, "SIT")).context["form"].fields
    assert client.post(url, {"language": "Haitian"}).status_code == 400
    client.post(url, {"remove": "ht"})
    assert "text_ht" not in client.get(part_url(draft, ITEMS, "SIT")).context["form"].fields


def test_a_draft_can_be_thrown_away(client, draft) -> None:
    seen = client.get(reverse("instruments:draft", args=[draft.uuid])).context["seen"]
    client.post(reverse("instruments:discard", args=[draft.uuid]), {"seen": seen})
    assert not InstrumentDraft.objects.exists()
    assert InstrumentVersion.objects.count() == 1


@pytest.mark.parametrize(
    "address",
    ["riddles/", "riddles/A1/", "section_titles/", "details/x/", "items/NONE/", "preview/9/"],
)
def test_what_a_draft_does_not_have_is_not_found(client, draft, address) -> None:
    assert client.get(f"/evaluate/instruments/drafts/{draft.uuid}/{address}").status_code == 404
