import re

import pytest
from django.urls import reverse

from assessments.models import PublicOutcomes
from tests.factories import UserFactory
from tests.public_reports import change, make_study, make_vintage

pytestmark = pytest.mark.django_db


@pytest.fixture
def study():
    return make_study()


@pytest.fixture
def evaluator(client):
    person = UserFactory.create(roles=["evaluator"])
    client.force_login(person)
    return person


def page(client, study):
    return client.get(reverse("evaluator:publish", args=[study.code]))


def hidden_fields(text):
    return dict(re.findall(r'type="hidden" name="(vintage|preview)" value="(\w+)"', text))


def post(client, study, fields):
    return client.post(reverse("evaluator:publish", args=[study.code]), fields)


def test_the_preview_is_what_the_public_then_sees(client, study, evaluator):
    make_vintage(study)
    preview = page(client, study).content.decode()
    assert not PublicOutcomes.objects.exists()
    response = post(client, study, hidden_fields(preview))
    assert response.status_code == 302
    public = client.get(response.url).content.decode()
    previewed = _body(preview)
    assert "About 120 people" in previewed
    assert previewed in public


def _body(text):
    """The part that both pages share."""
    start = text.index('<section class="margin-top-4 measure" aria-labelledby="main-outcome">')
    return text[start : text.index("</section>", text.index('id="how"'))]


def test_it_is_said_which_vintage_becomes_which_public_one(client, study, evaluator):
    make_vintage(study, 1)
    make_vintage(study, 2)
    text = page(client, study).content.decode()
    assert "as public vintage 1, made of your vintage 2." in text
    post(client, study, hidden_fields(text))
    assert "Public vintage 1, made of your vintage 2," in page(client, study).content.decode()


def test_pressed_twice_it_publishes_once(client, study, evaluator):
    make_vintage(study)
    fields = hidden_fields(page(client, study).content.decode())
    assert {post(client, study, fields).url for _ in range(2)} == {
        reverse("outcomes_vintage", args=[study.code, 1])
    }
    assert PublicOutcomes.objects.count() == 1


def test_with_newer_figures_than_those_looked_at_nothing_is_published(client, study, evaluator):
    make_vintage(study)
    fields = hidden_fields(page(client, study).content.decode())
    response = post(client, study, fields | {"preview": "0" * 64})
    assert response.status_code == 409
    assert "There are newer figures" in response.content.decode()
    assert not PublicOutcomes.objects.exists()


@pytest.mark.parametrize("vintage", ["", "0", "99", "one", "9" * 30])
def test_a_vintage_that_is_not_there_cannot_be_published(client, study, evaluator, vintage):
    make_vintage(study)
    response = post(client, study, {"vintage": vintage, "preview": "x"})
    assert response.status_code == 409
    assert not PublicOutcomes.objects.exists()


def test_where_there_is_no_figure_there_is_no_button(client, study, evaluator):
    hidden = {code: {"changes": [change(None, None)]} for code in ("scale_a", "scale_b")}
    make_vintage(study, scales=hidden, breakdowns=[])
    text = page(client, study).content.decode()
    assert "There is nothing to publish yet" in text
    assert "Publish this vintage" not in text


def test_published_figures_are_not_offered_again(client, study, evaluator):
    make_vintage(study)
    post(client, study, hidden_fields(page(client, study).content.decode()))
    assert "public already" in page(client, study).content.decode()


@pytest.mark.parametrize("role", ["coordinator", "supervisor", "administrator", "editor"])
def test_nobody_else_may_look_or_publish(client, study, role):
    make_vintage(study)
    client.force_login(UserFactory.create(roles=[role]))
    assert page(client, study).status_code == 404
    assert post(client, study, {"vintage": "1", "preview": "x"}).status_code == 404
    assert not PublicOutcomes.objects.exists()
