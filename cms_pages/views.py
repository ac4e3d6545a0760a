from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.account import (
    AccountView,
    AvatarSettingsPanel,
    BaseSettingsPanel,
    NameEmailSettingsPanel,
)
from wagtail.views import serve as serve_page

from cms_pages.catalog import catalog_context
from cms_pages.models import CatalogPage, LessonPage, ProgramPage
from cms_pages.programs import program_context
from courses.actions import finish_lesson


def catalog(request: HttpRequest) -> HttpResponse:
    """The catalog's page. A portal without one, before its pages are loaded, lists programs."""
    if CatalogPage.objects.exists():
        return serve_page(request, request.path)
    return render(request, "cms_pages/catalog_page.html", catalog_context(request.GET))


def course_detail(request: HttpRequest, code: str) -> HttpResponse:
    """A program's page; the bare outline of a program whose page nobody has published yet."""
    if ProgramPage.objects.filter(slug=code, first_published_at__isnull=False).exists():
        return serve_page(request, request.path)
    found = program_context(code)
    if found["program"] is None:
        raise Http404
    found["lessons"] = LessonPage.lessons.for_program(found["program"])
    return render(request, "cms_pages/program_page.html", found)


@require_POST
@login_required
def read_lesson(request: HttpRequest, page: int) -> HttpResponse:
    """The reader says that they have read a lesson."""
    lesson = get_object_or_404(LessonPage, pk=page, live=True)
    seat = lesson.seat_of(request.user)
    if seat is None:
        raise Http404
    try:
        finish_lesson(enrolment=seat, page_id=lesson.pk)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        noted = _("Noted: you have read “%(lesson)s”.")
        messages.success(request, noted % {"lesson": lesson.title})
    return redirect("learner:home")


class OwnSettings(AccountView):
    """An editor's own settings of the editors' part. Names stand on certificates and portraits are
    nobody's business here, so both stay with the training office."""

    def get_panels(self) -> list[BaseSettingsPanel]:
        elsewhere = (NameEmailSettingsPanel, AvatarSettingsPanel)
        return [panel for panel in super().get_panels() if not isinstance(panel, elsewhere)]


own_settings = require_admin_access(OwnSettings.as_view())
