import pytest
from django.urls import reverse
from wagtail.models import Page

from cms_pages.models import HomePage
from lms.accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_page_can_be_framed_by_nobody(client):
    answer = client.get("/accounts/login/")
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


def test_a_preview_can_be_framed_by_the_page_it_is_edited_on(client):
    root = Page.objects.get(depth=1)
    home = root.add_child(instance=HomePage(title="Front", slug="front", headline="Here"))
    editor = UserFactory.create(roles=["editor"])
    User.objects.filter(pk=editor.pk).update(is_superuser=True)
    client.force_login(editor)
    answer = client.get(reverse("wagtailadmin_pages:view_draft", args=[home.pk]))
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "script-src 'self'" in policy
