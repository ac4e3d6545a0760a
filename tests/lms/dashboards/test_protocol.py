import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessments.actions import load_study
from assessments.models import CohortArm, Study
from tests.factories import CohortFactory, UserFactory
from tests.surveys import BEFORE_THE_COURSE, make_survey

pytestmark = pytest.mark.django_db(databases=["default", "responses"])

ARMS = [
    {"code": "trained", "title": "Trained now", "kind": "training"},
    {"code": "waiting", "title": "Trained later", "kind": "waiting_list"},
]
LOAD = "/evaluate/studies/load/"


@pytest.fixture
def survey(db, clock):
    clock.set(BEFORE_THE_COURSE)
    return make_survey()


@pytest.fixture
def quiet(db, clock):
    """A study whose cohort has no seats."""
    clock.set(BEFORE_THE_COURSE)
    return make_survey(people=0)


@pytest.fixture
def reader(client):
    person = UserFactory.create(roles=["evaluator"])
    client.force_login(person)
    return person


def text_of(client, study):
    return client.get(reverse("evaluator:protocol", args=[study.code])).content.decode()


def send(client, document):
    content = yaml.safe_dump(document).encode()
    return client.post(LOAD, {"file": SimpleUploadedFile("study.yaml", content)})


class TestProtocol:
    def test_it_says_what_was_fixed_and_since_when(self, client, reader, survey):
        text = text_of(client, survey.study)
        assert "The protocol is frozen since November 26, 2026" in text
        assert survey.study.fingerprint in text
        assert "Scale A" in text
        assert "10 officers in both surveys" in text

    def test_a_study_nobody_could_have_answered_can_be_changed(self, client, reader, quiet):
        assert "can still be changed" in text_of(client, quiet.study)

    def test_linking_is_said_plainly(self, client, reader, quiet):
        assert "matched exactly" in text_of(client, quiet.study)
        document = quiet.study.document | {"linking": "anonymous"}
        load_study(document=document, by=None)
        text = text_of(client, quiet.study)
        assert "weaker at linking" in text
        assert "82 of 100 pairs" in text
        assert "Day of the month on which you were born" in text

    def test_the_page_holds_what_officers_are_promised(self, client, reader, survey):
        assert "Promise 1." in text_of(client, survey.study)

    def test_each_version_of_the_sheet_is_there_in_each_language(self, client, reader, survey):
        sheet = {"version": "2", "text": {"en": "New words.", "es": "Otras palabras."}}
        load_study(document=survey.study.document | {"information_sheet": sheet}, by=None)
        text = text_of(client, survey.study)
        assert "Version 1" in text
        assert "Version 2" in text
        assert 'lang="es"' in text

    def test_nobody_is_named(self, client, reader, survey):
        text = text_of(client, survey.study)
        assert not any(person.last_name in text for person in survey.people)


class TestArms:
    @pytest.fixture
    def study(self, quiet):
        return load_study(document=quiet.study.document | {"arms": ARMS}, by=None)[0]

    def test_a_cohort_is_put_into_an_arm(self, client, reader, quiet, study):
        other = CohortFactory.create()
        data = {"cohort": other.code, "arm": "waiting", "follows": quiet.cohort.code}
        response = client.post(reverse("evaluator:arms", args=[study.code]), data)
        assert response.status_code == 302
        assert CohortArm.objects.get().cohort == other
        assert f"{other.code} (asked with {quiet.cohort.code})" in text_of(client, study)

    def test_a_refusal_keeps_what_was_chosen_and_says_why(self, client, reader, quiet, study):
        other = CohortFactory.create()
        data = {"cohort": other.code, "arm": "waiting"}
        response = client.post(reverse("evaluator:arms", args=[study.code]), data)
        assert response.status_code == 400
        assert "needs the training cohort" in response.content.decode()
        assert not CohortArm.objects.exists()

    def test_with_one_arm_there_is_nothing_to_choose(self, client, reader, quiet):
        assert "Put a cohort into an arm" not in text_of(client, quiet.study)


class TestLoading:
    def test_a_preview_names_each_change_and_changes_nothing(self, client, reader, quiet):
        response = send(client, quiet.study.document | {"primary": "scale_b"})
        text = response.content.decode()
        assert "One change" in text
        assert "scale_b" in text
        quiet.study.refresh_from_db()
        assert quiet.study.spec.primary == "scale_a"

    def test_what_was_previewed_is_loaded_when_confirmed(self, client, reader, quiet):
        document = quiet.study.document | {"primary": "scale_b"}
        text = send(client, document).context["form"].initial["text"]
        response = client.post(LOAD, {"text": text})
        assert response.status_code == 302
        quiet.study.refresh_from_db()
        assert quiet.study.spec.primary == "scale_b"

    def test_a_new_study_is_made(self, client, reader, quiet):
        text = send(client, quiet.study.document | {"code": "another"}).context["form"].initial
        client.post(LOAD, text)
        assert Study.objects.filter(code="another").exists()

    def test_a_frozen_protocol_is_refused_and_says_so(self, client, reader, survey):
        response = send(client, survey.study.document | {"primary": "scale_b"})
        assert response.status_code == 400
        assert "is frozen" in response.content.decode()

    def test_a_protocol_that_freezes_between_preview_and_confirmation_is_refused(
        self, client, reader, quiet
    ):
        text = send(client, quiet.study.document | {"primary": "scale_b"}).context["form"].initial
        quiet.cohort.enrolments.create(user=UserFactory.create())
        response = client.post(LOAD, text)
        assert response.status_code == 400
        quiet.study.refresh_from_db()
        assert quiet.study.spec.primary == "scale_a"

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"a: [", "line 1"),
            (b"- just\n- a list", "holds no mapping"),
            (b"\xff\xfe\x00", "not UTF-8"),
            (b"code: 2026-01-01", "put it into quotes"),
            (b"a: &a [1]\nb: *a", "write them out"),
            (b"code: x", "has not been loaded"),
        ],
    )
    def test_a_file_that_cannot_be_read_is_refused_with_the_reason(
        self, client, reader, content, words
    ):
        response = client.post(LOAD, {"file": SimpleUploadedFile("study.yaml", content)})
        assert response.status_code == 400
        assert words in response.content.decode()
