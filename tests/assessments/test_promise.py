from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from assessments.promise import NO_SIGHT, SIGHTS, promise_of
from lms.accounts.permissions import Permission
from lms.accounts.roles import ROLES


def words(promise):
    return render_to_string("survey/promise.html", {"promise": promise})


def changed(survey, **parts):
    survey.study.document = {**survey.study.document, **parts}
    return promise_of(survey.study)


def test_every_permission_is_told_or_shows_nothing_of_surveys():
    assert set(SIGHTS) | NO_SIGHT == set(Permission)
    assert not set(SIGHTS) & NO_SIGHT


def test_every_role_is_named_with_what_it_sees(survey):
    promise = promise_of(survey.study)
    told = {role: sight.sees for sight in promise.sights for role in sight.roles}
    assert set(told) == {str(role.label) for role in ROLES.values()}
    assert [role for role, sees in told.items() if sees] == ["Evaluator"]
    assert "groups of 10 or more" in told["Evaluator"][0]


def test_a_role_that_gets_to_read_outcomes_changes_the_panel_and_its_version(survey, monkeypatch):
    before = promise_of(survey.study)
    assert "Supervisor" in " ".join(before.sights[0].roles)
    shown, version = words(before), before.version
    supervisor = ROLES["supervisor"]
    permissions = supervisor.permissions | {Permission.READ_OUTCOMES}
    monkeypatch.setitem(ROLES, "supervisor", replace(supervisor, permissions=permissions))
    after = promise_of(survey.study)
    assert "Supervisor: results and response rates of groups of 10 or more." in words(after)
    assert words(after) != shown
    assert after.version != version


def test_a_permission_that_shows_nothing_of_surveys_changes_nothing(survey, monkeypatch):
    version = promise_of(survey.study).version
    editor = ROLES["editor"]
    permissions = editor.permissions | {Permission.SEE_COHORTS}
    monkeypatch.setitem(ROLES, "editor", replace(editor, permissions=permissions))
    assert promise_of(survey.study).version == version


def test_the_version_names_the_sheet_and_fits_beside_an_answer(survey):
    version = promise_of(survey.study).version
    assert version.startswith("1.")
    assert len(version) == len("1.") + 8
    newer = survey.study.sheets.create(version="2", text={"en": "New words."})
    assert promise_of(survey.study).version.startswith("2.")
    assert promise_of(survey.study, survey.pre.sheet).version == version
    assert promise_of(survey.study, newer).version != version


def test_the_version_is_the_same_in_every_language(survey):
    version = promise_of(survey.study).version
    with override("es"):
        assert promise_of(survey.study).version == version


@pytest.mark.parametrize(
    "parts",
    [{"threshold": 12}, {"retention_months": 60}, {"covariates": ["workforce"]}],
)
def test_whatever_the_protocol_promises_is_in_the_version(survey, parts):
    before = promise_of(survey.study).version
    assert changed(survey, **parts).version != before


def test_the_panel_says_how_answers_are_matched_and_how_long_they_are_kept(survey):
    panel = words(changed(survey, retention_months=60))
    assert "takes two keys" in panel
    assert "60 months after the last survey" in panel


def test_withdrawing_after_the_closing_is_promised_as_it_is_done(survey):
    panel = words(promise_of(survey.study))
    assert "at most 7 days later" in panel
    assert "Figures already published stay" in panel


def test_anonymous_linking_is_called_weaker_and_promises_no_late_withdrawal(survey):
    panel = words(changed(survey, linking="anonymous"))
    assert "less surely than a key" in panel
    assert "Nobody can tell which answers are yours" in panel
    assert "takes two keys" not in panel
    assert "7 days later" not in panel


def test_free_text_is_mentioned_only_where_it_is_asked(survey):
    assert "Leave out names" not in words(promise_of(survey.study))
    assert "Leave out names" in words(changed(survey, free_text=True))


@pytest.mark.parametrize(
    ("side", "said"), [("both", "on one machine"), ("web", "with the evaluators elsewhere")]
)
def test_where_the_keys_are_is_said_for_the_deployment_at_hand(survey, settings, side, said):
    settings.PORTAL_SIDE = side
    assert said in words(promise_of(survey.study))
