import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessments.ballot_box.models import ResponseBatch
from assessments.models import Study
from lms.accounts.models import AuditEntry
from tests.assessments.actions.test_importing import file_of, history, stored
from tests.factories import UserFactory
from tests.surveys import make_survey

pytestmark = pytest.mark.django_db(databases=["default", "responses"])
PAGE = reverse("evaluator:import", args=["history"])


@pytest.fixture
def study() -> Study:
    return history()


@pytest.fixture
def evaluator(client, study):
    person = UserFactory(roles=["evaluator"])
    client.force_login(person)
    return person


@pytest.fixture
def send(client, evaluator):
    def send(text: str, source: str = "Paper surveys of 2019", page: str = PAGE):
        file = SimpleUploadedFile("r.csv", text.encode())
        return client.post(page, {"file": file, "source": source})

    return send


def confirmed(response) -> str:
    return re.search(r'name="confirmed" value="([^"]+)"', response.content.decode())[1]


def test_the_page_says_what_the_file_looks_like(client, evaluator):
    text = client.get(PAGE).content.decode()
    assert "A1, A2, A3, B1, B2, B3, M1" in text
    assert "pre, post" in text


def test_the_template_has_the_studys_headings(client, evaluator):
    answer = client.get(reverse("evaluator:import_template", args=["history"]))
    assert answer.content.decode() == "participant,wave,cohort,A1,A2,A3,B1,B2,B3,M1\r\n"


def test_a_file_is_shown_line_by_line_before_anything_is_kept(send):
    answer = send(file_of(range(11)))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "<dt>Participants</dt><dd>11</dd>" in text
    # However many lines there are, they stand folded under what they add up to.
    start = text.index("<details>", text.index("<dt>Participants"))
    folded = text[start : text.index("</details>", start)]
    assert folded.count("6 of 7") == text.count("6 of 7") == 22
    assert "no column for M1" in text
    assert not ResponseBatch.objects.exists()


def test_the_preview_holds_neither_participants_nor_answers(send):
    text = send("participant,wave,A1,M1\nOfc. Nightingale,pre,4,123.25\n").content.decode()
    assert "Line by line" in text
    assert "Nightingale" not in text
    assert "123.25" not in text


def test_confirming_imports_and_has_the_results_worked_out(client, send, study):
    answer = client.post(PAGE, {"confirmed": confirmed(send(file_of(range(11))))}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("evaluator:study", args=["history"])
    assert study.vintages.filter(published=True).count() == 1
    assert "22 responses were imported." in answer.content.decode()
    assert len(stored(study)) == 22
    assert AuditEntry.objects.get(action="responses.imported").purpose == "Paper surveys of 2019"


def test_confirming_twice_imports_once(client, send, study):
    token = confirmed(send(file_of(range(11))))
    client.post(PAGE, {"confirmed": token})
    again = client.post(PAGE, {"confirmed": token}, follow=True)
    assert "holds an imported file already" in again.content.decode()
    assert len(stored(study)) == 22


def test_a_file_with_faults_names_each_and_keeps_what_was_typed(send):
    answer = send("participant,wave,A1\n1,pre,9\n,pre,4\n")
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "2 things to put right" in text
    assert 'value="Paper surveys of 2019"' in text
    assert re.search(r"<td>2</td><td>A1</td><td>This lies outside 1 – 5.</td>", text)
    assert re.search(r"<td>3</td><td>participant</td>", text)
    assert 'name="confirmed"' not in text
    assert not ResponseBatch.objects.exists()


def test_a_corrected_file_can_be_sent_from_the_very_page(send):
    assert 'type="file"' in send("participant,wave,A1\n1,pre,9\n").content.decode()


@pytest.mark.parametrize("source", ["", "   "])
def test_it_must_be_said_where_the_responses_come_from(send, source):
    answer = send(file_of(range(3)), source)
    assert answer.status_code == 400
    assert 'name="confirmed"' not in answer.content.decode()


def test_no_file_is_asked_for_again(client, evaluator):
    answer = client.post(PAGE, {"source": "Paper"})
    assert answer.status_code == 400
    assert "Choose a file of at most 5 MB." in answer.content.decode()


@pytest.mark.parametrize("token", ["", "nonsense", "AAAA", "é" * 10])
def test_a_preview_that_is_not_ours_is_refused(client, evaluator, token):
    answer = client.post(PAGE, {"confirmed": token}, follow=True)
    assert "This preview is no longer valid" in answer.content.decode()
    assert not ResponseBatch.objects.exists()


def test_a_study_that_people_answer_in_the_portal_says_why_not(client, evaluator, send):
    survey = make_survey(people=1)
    page = reverse("evaluator:import", args=[survey.study.code])
    assert "a study of their own" in client.get(page).content.decode()
    assert send(file_of(range(10)), page=page).status_code == 400
    assert not ResponseBatch.objects.exists()


def test_a_missing_key_is_said_and_nothing_is_lost(send, settings, tmp_path):
    settings.EVALUATOR_KEYS_DIR = tmp_path / "elsewhere"
    answer = send(file_of(range(3)))
    assert answer.status_code == 400
    assert "A key of this study is missing" in answer.content.decode()


@pytest.mark.parametrize(
    "role", ["coordinator", "trainer", "supervisor", "administrator", "editor"]
)
def test_nobody_else_imports(client, study, role):
    client.force_login(UserFactory(roles=[role]))
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, {"source": "x"}).status_code == 404


def test_no_copy_is_kept_by_browsers(send):
    assert "no-store" in send(file_of(range(3)))["Cache-Control"]


def test_the_outcomes_of_a_study_on_paper_say_that_they_were_imported(client, send):
    client.post(PAGE, {"confirmed": confirmed(send(file_of(range(11))))})
    page = client.get(reverse("evaluator:study", args=["history"])).content.decode()
    assert "as imported" in page
    assert "surveys opened so far" not in page
