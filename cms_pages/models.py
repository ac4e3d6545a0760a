from typing import Any, ClassVar

from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page, PageManager
from wagtail.query import PageQuerySet

from cms_pages.blocks import LessonBody
from cms_pages.fields import LeanStreamField
from courses.actions import open_lesson
from courses.models import Course, Module
from lms.accounts.privacy import Privacy


class HomePage(Page):
    """The public front page."""

    headline = models.CharField(_("headline"), max_length=200)
    lead = models.TextField(_("lead"), blank=True)
    body = LeanStreamField(LessonBody(), blank=True)

    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("headline"),
        FieldPanel("lead"),
        FieldPanel("body"),
    ]
    max_count = 1
    field_privacy: ClassVar = dict.fromkeys(
        ["page_ptr", "headline", "lead", "body"], Privacy.PUBLIC
    )

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        courses = Course.objects.for_catalog().prefetch_related("versions__modules")[:6]
        return super().get_context(request, *args, **kwargs) | {"courses": courses}


class ContentPage(Page):
    """A page of plain content: about, privacy, accessibility."""

    lead = models.TextField(_("lead"), blank=True)
    body = LeanStreamField(LessonBody(), blank=True)

    content_panels: ClassVar = [*Page.content_panels, FieldPanel("lead"), FieldPanel("body")]
    field_privacy: ClassVar = dict.fromkeys(["page_ptr", "lead", "body"], Privacy.PUBLIC)


class LessonQuerySet(PageQuerySet):
    def for_version(self, version_id: int, course_id: int) -> "LessonQuerySet":
        """Live lessons that teach modules of this version, matched by the module's code so that a
        lesson serves the versions after the one it was written for."""
        codes = Module.objects.filter(version=version_id).values("code")
        return self.filter(
            live=True, module__version__course=course_id, module__code__in=codes
        ).select_related("module")


LessonManager = PageManager.from_queryset(LessonQuerySet)


class LessonPage(Page):
    """An authored lesson. Points at the module it prepares for; the credited minutes are the
    module's affair, `reading_minutes` only says how long it takes."""

    module = models.ForeignKey(
        Module, models.PROTECT, related_name="lesson_pages", verbose_name=_("module it teaches")
    )
    intro = models.TextField(_("introduction"))
    reading_minutes = models.PositiveSmallIntegerField(_("minutes to read"), default=10)
    body = LeanStreamField(LessonBody())
    next_shift = models.TextField(_("to do on the next shift"))

    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("module"),
        FieldPanel("intro"),
        FieldPanel("reading_minutes"),
        FieldPanel("body"),
        FieldPanel("next_shift"),
    ]
    parent_page_types: ClassVar = ["cms_pages.HomePage", "cms_pages.ContentPage"]
    field_privacy: ClassVar = dict.fromkeys(
        ["page_ptr", "module", "intro", "reading_minutes", "body", "next_shift"], Privacy.OFFICE
    )

    lessons = LessonManager()

    def seat_of(self, user: Any) -> Any:
        """The reader's newest seat in a cohort whose version has this lesson's module, or None."""
        return (
            user.enrolments.seated()
            .filter(
                cohort__version__course=self.module.version.course_id,
                cohort__version__modules__code=self.module.code,
            )
            .select_related("cohort__version")
            .order_by("-cohort__starts_on")
            .first()
        )

    @method_decorator(login_required)
    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The lesson, for signed-in people; opening it is noted where it belongs to a seat."""
        seat = self.seat_of(request.user)
        request.lesson_progress = (  # type: ignore[attr-defined]
            open_lesson(
                enrolment=seat,
                module_code=self.module.code,
                page_id=self.pk,
                page_title=self.title,
                revision_id=self.live_revision_id,
            )
            if seat
            else None
        )
        return super().serve(request, *args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        progress = getattr(request, "lesson_progress", None)
        return super().get_context(request, *args, **kwargs) | {"progress": progress}
