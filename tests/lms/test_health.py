import pytest
from django.db import DatabaseError

from assessments.actions.study_keys import Hand, create_evaluators_key
from tests.surveys import make_survey

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


def test_the_process_answers(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_the_process_answers_while_a_database_does_not(client, monkeypatch):
    monkeypatch.setattr("lms.health._database_answers", lambda alias: False)
    assert client.get("/healthz").status_code == 200


def test_an_empty_portal_is_ready(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "checks": {"default": True, "responses": True, "keys": True},
    }


def test_a_study_with_its_keys_is_ready(client):
    make_survey(people=1)
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("store", ["WEB_KEYS_DIR", "EVALUATOR_KEYS_DIR"])
def test_a_study_whose_keys_are_gone_is_not_ready(client, settings, tmp_path, store):
    make_survey(people=1)
    setattr(settings, store, tmp_path / "elsewhere")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"default": True, "responses": True, "keys": False}


def test_a_wrong_passphrase_is_found_before_the_opening(client, settings):
    make_survey(people=1)
    settings.OPENER_PASSPHRASE = "not this one"
    assert client.get("/readyz").json()["checks"]["keys"] is False


@pytest.mark.parametrize("alias", ["default", "responses"])
def test_a_database_that_does_not_answer_makes_the_portal_not_ready(client, monkeypatch, alias):
    class Broken:
        def __getitem__(self, name):
            if name == alias:
                raise DatabaseError
            return connections[name]

    from lms.health import connections

    monkeypatch.setattr("lms.health.connections", Broken())
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"][alias] is False


def test_readiness_names_no_study_and_no_key(client, settings, tmp_path):
    survey = make_survey(people=1)
    settings.WEB_KEYS_DIR = tmp_path / "elsewhere"
    body = client.get("/readyz").content.decode()
    assert survey.study.code not in body
    assert str(tmp_path) not in body


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_never_cached(client, path):
    assert "no-store" in client.get(path).headers["Cache-Control"]


def test_a_web_side_alone_does_not_ask_for_the_evaluators_key(client, settings, tmp_path):
    make_survey(people=1)
    settings.PORTAL_SIDE = "web"
    settings.EVALUATOR_KEYS_DIR = tmp_path / "another machine"
    assert client.get("/readyz").json()["checks"]["keys"] is True


def test_the_evaluators_side_asks_for_its_own_keys_and_no_main_database(client, settings):
    settings.PORTAL_SIDE = "evaluator"
    checks = client.get("/readyz").json()["checks"]
    assert checks == {"responses": True, "keys": True}
    create_evaluators_key(code="small-study", hand=Hand("the test"))
    assert client.get("/readyz").json()["checks"]["keys"] is False
