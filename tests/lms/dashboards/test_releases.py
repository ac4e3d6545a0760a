"""The evaluators' pages about released data."""

import hashlib
import re
import uuid
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse

from assessments.actions.building import build_release
from assessments.attestations import VERSION, attestation
from assessments.microdata import told
from assessments.models import Release, ReleaseState
from lms.accounts.models import AuditEntry
from lms.dashboards import release_facts
from tests.factories import UserFactory
from tests.releases import RARE_MINUTES, ask_for, in_days, make_stored, packs

pytestmark = [
    pytest.mark.django_db(databases=["default", "responses"]),
    pytest.mark.usefixtures("quick_packs"),
]


@pytest.fixture
def study(db):
    return make_stored()


@pytest.fixture
def evaluator(client):
    person = UserFactory.create(roles=["evaluator"], first_name="Edda", last_name="Lindqvist")
    client.force_login(person)
    return person


def post(client, study, **changed):
    form = {
        "purpose": "Reanalysis for the final report",
        "recipient": "Dr. Ines Quaresma",
        "institution": "Harbor University",
        "expires_on": f"{in_days(90):%Y-%m-%d}",
        "attested": "on",
        "words": VERSION,
        "key": str(uuid.uuid4()),
    }
    return client.post(reverse("evaluator:new_release", args=[study.code]), form | changed)


def at(study, name, number=1):
    return reverse(f"evaluator:{name}", args=[study.code, number])


def download(client, study):
    return client.post(at(study, "release_pack"))


def content(answer):
    return b"".join(answer.streaming_content)


def test_the_list_is_empty_at_first_and_leads_to_the_form(client, evaluator, study):
    page = client.get(reverse("evaluator:releases", args=[study.code])).content.decode()
    assert "Nothing has been released yet" in page
    assert reverse("evaluator:new_release", args=[study.code]) in page


def test_the_form_says_what_is_attested_to_and_what_is_withheld(client, evaluator, study):
    page = client.get(reverse("evaluator:new_release", args=[study.code])).content.decode()
    for sentence in attestation(study.spec).sentences:
        assert sentence in page
    assert "Links first" in page
    assert "numbers" in page
    assert f'value="{in_days(90):%Y-%m-%d}"' in page


def test_from_the_form_to_a_pack_with_its_sums(client, evaluator, study):
    asked = post(client, study)
    assert asked.url == at(study, "release")
    page = client.get(asked.url).content.decode()
    release = Release.objects.get()
    assert release.asked_by == evaluator
    assert release.sha256 in page
    assert all(one["sha256"] in page for one in release.files)
    answer = download(client, study)
    assert (
        answer.headers["Content-Disposition"] == 'attachment; filename="small-study-release-1.zip"'
    )
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.streaming
    pack = content(answer)
    assert hashlib.sha256(pack).hexdigest() == release.sha256
    with ZipFile(BytesIO(pack)) as files:
        for one in release.files:
            data = files.read(f"small-study-release-1/{one['name']}")
            assert hashlib.sha256(data).hexdigest() == one["sha256"]
    (noted,) = AuditEntry.objects.filter(action="release.downloaded")
    assert noted.actor == evaluator.uuid


def test_the_list_shows_what_was_released_for_what_and_whom(client, evaluator, study):
    post(client, study)
    page = client.get(reverse("evaluator:releases", args=[study.code])).content.decode()
    for words in (
        "Reanalysis for the final report",
        "Dr. Ines Quaresma",
        "Edda Lindqvist",
        "Ready",
    ):
        assert words in page
    assert Release.objects.get().sha256[:12] in page


def test_the_page_says_what_was_done_to_the_data(client, evaluator, study):
    page = client.get(post(client, study).url).content.decode()
    for words in ("What was done to the data", "rank_band", "M1", "Responses left out"):
        assert words in page


def test_there_are_words_for_all_that_may_be_done():
    ways = [told.AS_ASKED, told.MERGED, told.WITHHELD]
    clusters = [told.NO_CLUSTERS, told.BLOCKS, told.TOO_FEW_COHORTS]
    for code in [*ways, *clusters, told.NONE, told.FEW]:
        assert code in release_facts._DONE


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"attested": ""}, "does not attest"),
        ({"purpose": " "}, "This field is required"),
        ({"institution": ""}, "This field is required"),
        ({"expires_on": "2020-01-01"}, "within a year"),
        ({"expires_on": "soon"}, "Enter a valid date"),
        ({"words": "0"}, "Read them once more"),
        ({"key": "nonsense"}, "valid UUID"),
        ({"purpose": "x" * 201}, "at most 200"),
    ],
)
def test_a_form_that_is_wrong_says_so_and_keeps_what_was_typed(
    client, evaluator, study, wrong, said
):
    answer = post(client, study, **wrong)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert said in page
    assert 'value="Dr. Ines Quaresma"' in page
    assert not Release.objects.exists()


def test_a_form_that_was_sent_twice_leads_to_the_same_release(client, evaluator, study):
    key = str(uuid.uuid4())
    assert post(client, study, key=key).url == post(client, study, key=key).url
    assert Release.objects.count() == 1


def test_a_second_one_beside_one_that_is_being_made_is_refused(client, evaluator, study):
    ask_for(study)
    answer = post(client, study)
    assert answer.status_code == 400
    assert "being made" in answer.content.decode()


def test_the_page_says_how_far_it_is_and_refreshes_nothing_by_itself(client, evaluator, study):
    ask_for(study)
    Release.objects.update(
        state=ReleaseState.BUILDING, file="ab" * 16, step=2, of=9, words="reading"
    )
    answer = client.get(at(study, "release"))
    page = answer.content.decode()
    assert "Reading the opened boxes: step 2 of 9" in page
    assert "See how far it is" in page
    assert "http-equiv" not in page
    assert "Refresh" not in answer.headers
    assert "Download the pack" not in page
    assert download(client, study).status_code == 410


def test_a_failure_is_told_and_can_be_tried_again(client, evaluator, study, monkeypatch):
    ask_for(study)
    Release.objects.update(state=ReleaseState.FAILED, problem="key_missing")
    assert "A key of this study is missing" in client.get(at(study, "release")).content.decode()
    assert client.post(at(study, "release_again")).url == at(study, "release")
    assert Release.objects.get().state == ReleaseState.READY


def test_too_few_people_get_a_clear_sentence_and_no_pack(client, evaluator, db):
    few = make_stored(people=3)
    page = client.get(post(client, few).url).content.decode()
    assert "Too few people have answered" in page
    assert packs() == []


def test_after_its_last_day_the_record_stays_and_the_pack_is_refused(
    client, evaluator, study, clock
):
    build_release(release=ask_for(study))
    clock.forward(days=92)
    answer = download(client, study)
    page = answer.content.decode()
    assert answer.status_code == 410
    assert "expired" in page
    assert Release.objects.get().sha256 in page
    assert "Download the pack" not in page
    assert not AuditEntry.objects.filter(action="release.downloaded").exists()


@pytest.mark.parametrize("name", ["release_pack", "release_again"])
def test_a_link_alone_writes_nothing(client, evaluator, study, name):
    build_release(release=ask_for(study))
    assert client.get(at(study, name)).status_code == 405
    assert not AuditEntry.objects.filter(action="release.downloaded").exists()


@pytest.mark.parametrize("number", [2, 10**30])
def test_a_number_that_was_never_given_is_not_found(client, evaluator, study, number):
    build_release(release=ask_for(study))
    assert client.get(at(study, "release", number)).status_code == 404


def test_no_page_shows_an_answer_or_who_is_rare(client, evaluator, study):
    post(client, study)
    for name, arguments in [("releases", []), ("new_release", []), ("release", [1])]:
        page = client.get(reverse(f"evaluator:{name}", args=[study.code, *arguments]))
        text = re.sub(r"[0-9a-f]{12,}", "", page.content.decode())
        assert str(RARE_MINUTES) not in text
        assert "command" not in text


@pytest.mark.parametrize("role", ["coordinator", "supervisor", "administrator", "trainer"])
def test_nobody_else_knows_of_releases(client, study, role):
    build_release(release=ask_for(study))
    client.force_login(UserFactory.create(roles=[role]))
    assert client.get(reverse("evaluator:releases", args=[study.code])).status_code == 404
    assert client.get(reverse("evaluator:new_release", args=[study.code])).status_code == 404
    assert client.get(at(study, "release")).status_code == 404
    assert download(client, study).status_code == 404
    assert post(client, study).status_code == 404


def test_on_a_web_side_the_form_says_where_data_are_released(client, evaluator, study, settings):
    settings.PORTAL_SIDE = "web"
    page = client.get(reverse("evaluator:new_release", args=[study.code])).content.decode()
    assert "released there" in page
    assert "Release the data" not in page


def test_the_studys_page_leads_to_its_releases(client, evaluator, study):
    page = client.get(reverse("evaluator:study", args=[study.code])).content.decode()
    assert reverse("evaluator:releases", args=[study.code]) in page
