"""The editors' part: our colors, and a first page that says what to do."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from cms_pages import word_views
from cms_pages.models import CatalogPage, ContentPage, HomePage, LessonPage
from courses.models import Course
from lms.accounts.permissions import Permission

# How many lessons the first page lists; the others are found under Pages.
_LESSONS = 50
_HELP = "/help/#editors"


class WelcomePanel(Component):
    """What an editor can do, and how far lessons and program pages are."""

    order = 100
    template_name = "cms_pages/editors/welcome.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        lessons = list(LessonPage.lessons.for_editors())
        catalog = CatalogPage.objects.first()
        return {
            "actions": _actions(),
            "lessons": lessons[:_LESSONS],
            "more_lessons": len(lessons[_LESSONS:]),
            "courses": Course.objects.select_related("program_page"),
            "add_program": _add("programpage", catalog) if catalog else "",
        }


def _add(model: str, parent: Any) -> str:
    return reverse("wagtailadmin_pages:add", args=["cms_pages", model, parent.pk])


def _actions() -> list[tuple[str, str, str]]:
    """Label, address and icon of what editors do most."""
    home = HomePage.objects.get()
    shelf = ContentPage.objects.child_of(home).filter(slug="lessons").first()
    actions = [
        (_("Edit the front page"), reverse("wagtailadmin_pages:edit", args=[home.pk]), "home"),
        (_("Mails to people"), reverse("mail_words"), "mail"),
        (_("All pages"), reverse("wagtailadmin_explore", args=[home.pk]), "folder-open-inverse"),
        (_("See the site"), "/", "view"),
        (_("Help for editors"), _HELP, "help"),
    ]
    if shelf:
        actions.insert(0, (_("Write a lesson"), _add("lessonpage", shelf), "plus"))
    return actions


@hooks.register("construct_homepage_panels")
def add_welcome(request: HttpRequest, panels: list[Component]) -> None:
    panels.append(WelcomePanel())


@hooks.register("insert_global_admin_css")
def our_colors() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("css/editors.css"))


@hooks.register("register_help_menu_item")
def our_help() -> MenuItem:
    return MenuItem(_("Help for editors"), _HELP, icon_name="help", order=100)


@hooks.register("register_admin_urls")
def mail_urls() -> list[URLPattern]:
    return [
        path("mails/", word_views.mail_words, name="mail_words"),
        path("mails/<str:code>/", word_views.edit_mail_words, name="edit_mail_words"),
    ]


class MailsMenuItem(MenuItem):
    """Shown to those who may change what mails say."""

    def is_shown(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_superuser or user.may(Permission.EDIT_CONTENT)  # type: ignore[union-attr]


@hooks.register("register_admin_menu_item")
def our_mails() -> MenuItem:
    return MailsMenuItem(_("Mails"), reverse("mail_words"), icon_name="mail", order=300)


@hooks.register("construct_help_menu")
def no_news_of_wagtail(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Editors write training material; what a new version of Wagtail brings is not their affair."""
    menu_items[:] = [item for item in menu_items if not item.name.startswith("whats-new")]
