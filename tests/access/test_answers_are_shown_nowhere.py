"""No page, of ours or of the editors' part, lists ballots, responses or who answered. Not for a
superuser either."""

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from wagtail.admin.viewsets import viewsets
from wagtail.search.index import get_indexed_models
from wagtail.snippets.models import get_snippet_models

from assessments.actions import decline
from assessments.ballot_box.models import Ballot
from tests.access import matrix as m
from tests.surveys import answer, fully

pytestmark = pytest.mark.django_db(databases=["default", "responses"])

OF_THE_BOX = set(apps.get_app_config("ballot_box").get_models())
ABOUT_PEOPLE = OF_THE_BOX | {
    apps.get_model("accounts", name) for name in ("ResearchId", "AuditEntry")
}


def _editors_pages():
    """The addresses under /cms/ that need no argument."""
    resolver = next(r for r in get_resolver().url_patterns if str(r.pattern) == "cms/")

    def walk(patterns, names):
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                if pattern.name:
                    yield ":".join([*names, pattern.name])
            else:
                inner = [*names, pattern.namespace] if pattern.namespace else names
                yield from walk(pattern.url_patterns, inner)

    for name in dict.fromkeys(walk(resolver.url_patterns, [])):
        try:
            yield reverse(name)
        except NoReverseMatch:
            continue


# Signing out would end the round; Wagtail keeps one page that fails on purpose.
PAGES = [page for page in _editors_pages() if not page.endswith(("/logout/", "/failwhale/"))]


def test_there_is_no_other_administration():
    assert "django.contrib.admin" not in settings.INSTALLED_APPS


def test_nothing_of_the_ballot_box_is_registered_for_editors():
    registered = set(get_snippet_models()) | {
        getattr(viewset, "model", None) for viewset in viewsets.viewsets
    }
    assert len(registered) > 1
    assert not registered & ABOUT_PEOPLE


def test_nothing_of_the_ballot_box_is_searched():
    assert not set(get_indexed_models()) & ABOUT_PEOPLE


def test_no_editors_group_has_a_permission_on_the_ballot_box():
    labels = {
        permission.content_type.app_label
        for group in Group.objects.all()
        for permission in group.permissions.select_related("content_type")
    }
    assert labels
    assert not labels & {"ballot_box", "assessments", "accounts", "certificates", "courses"}


@pytest.fixture
def answered(world):
    """The owner answered, a classmate declined: what must be found nowhere."""
    answer(world.window, world.people[m.OWNER], fully(4))
    decline(window=world.window, user=world.people[m.CLASSMATE])
    secrets = {ballot.tag for ballot in Ballot.objects.all()} | {world.window.box_id}
    for person in (m.OWNER, m.CLASSMATE):
        secrets |= {bytes(r.value).hex() for r in world.people[person].research_ids.all()}
    assert len(secrets) == 5
    return secrets


def test_a_superuser_finds_no_answer_among_the_editors_pages(client, world, answered):
    client.force_login(world.people[m.SUPERUSER])
    opened = 0
    for page in PAGES:
        response = client.get(page)
        body = response.content.decode(errors="replace")
        opened += response.status_code == 200
        assert not [secret for secret in answered if secret in body], page
        assert "ballot" not in body.lower(), page
        assert "research id" not in body.lower(), page
    assert opened > 15


@pytest.mark.parametrize("role", [m.SUPERUSER, m.ADMINISTRATOR, m.COORDINATOR, m.EVALUATOR])
def test_no_page_of_ours_changes_when_somebody_answers(client, world, role):
    """Before anybody answered and after, every page reads the same to those who see most."""
    client.force_login(world.people[role])
    rows = [r for r in m.MATRIX if r.method == "get" and r.answers[role] == 200]
    rows = [r for r in rows if r.route != "gallery"]

    def bodies():
        return {
            str(r): _without_keys(client.get(reverse(r.route, kwargs=r.at(world)))) for r in rows
        }

    # The first look at a study computes its first vintage, which its card then names.
    bodies()
    before = bodies()
    assert before
    answer(world.window, world.people[m.OWNER], fully(4))
    decline(window=world.window, user=world.people[m.CLASSMATE])
    assert bodies() == before


def _without_keys(response) -> str:
    """The body without what is new in every response: form tokens."""
    lines = response.content.decode(errors="replace").splitlines()
    return "\n".join(
        line for line in lines if "csrfmiddlewaretoken" not in line and 'name="key"' not in line
    )


@pytest.mark.parametrize("command", ["outcomes", "open_ballots"])
def test_commands_print_no_name_and_no_tag(world, answered, capsys, command):
    call_command(command, world.study.code)
    printed = capsys.readouterr().out
    assert not [secret for secret in answered if secret in printed]
    assert not [p.last_name for p in world.people.values() if p.last_name in printed]
