"""A missing or wrong key is found every day, and told to those who can do something about it."""

import logging

import pytest

from assessments.ballot_box.keys import K_LINK, R_OPEN
from assessments.keyring import evaluator_store, web_store
from assessments.tasks import check_keys
from lms.accounts.models import RoleAssignment
from tests.factories import UserFactory
from tests.surveys import make_survey

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


@pytest.fixture
def administrator():
    person = UserFactory.create(first_name="Ines", email="ines@example.org")
    RoleAssignment.objects.create(user=person, role="administrator")
    return person


def test_while_all_keys_fit_nobody_is_told_anything(administrator, mailoutbox):
    make_survey(people=1)
    check_keys.enqueue()
    assert mailoutbox == []


@pytest.mark.parametrize("key", [K_LINK, R_OPEN])
def test_a_lost_key_is_logged_and_mailed_to_administrators_alone(
    administrator, mailoutbox, caplog, key
):
    survey = make_survey(people=1)
    RoleAssignment.objects.create(user=survey.people[0], role="trainer")
    if key == K_LINK:
        web_store().destroy_link_key(survey.study.uuid)
    else:
        evaluator_store().destroy(survey.study.uuid)
    with caplog.at_level(logging.ERROR, logger="portal.keys"):
        check_keys.enqueue()
    assert key.lower() in caplog.text
    assert [mail.to for mail in mailoutbox] == [["ines@example.org"]]
    assert "study_keys check small-study" in mailoutbox[0].body


def test_the_mail_names_no_path_and_no_cohort(administrator, mailoutbox, tmp_path):
    survey = make_survey(people=1)
    web_store().destroy_box_key(survey.study.uuid, survey.pre.uuid)
    check_keys.enqueue()
    (mail,) = mailoutbox
    ((html, _),) = mail.alternatives
    for text in (mail.subject, mail.body, html):
        assert str(tmp_path) not in text
        assert survey.cohort.code not in text
        assert str(survey.pre.pk) not in text


def test_an_administrator_of_one_agency_is_not_told(mailoutbox):
    survey = make_survey(people=1)
    person = UserFactory.create()
    RoleAssignment.objects.create(user=person, role="administrator", agency=survey.agency)
    evaluator_store().destroy(survey.study.uuid)
    check_keys.enqueue()
    assert mailoutbox == []
