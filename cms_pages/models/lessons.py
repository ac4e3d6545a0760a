from typing import Any, ClassVar

from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.models import Page, PageManager
from wagtail.query import PageQuerySet

from cms_pages.blocks import LessonBody
from cms_pages.editing import LessonPageForm
from cms_pages.fields import LeanStreamField
from cms_pages.programs import Program
from courses.actions import open_lesson
from courses.models import Module
from lms.accounts.privacy import Privacy


class LessonQuerySet(PageQuerySet):
    def for_version(self, version_id: int, course_id: int) -> "LessonQuerySet":
        """Live lessons that teach modules of this version, matched by the module's code so that a
        lesson serves the versions after the one it was written for."""
        codes = Module.objects.filter(version=version_id).values("code")
        return self.filter(
            live=True, module__version__course=course_id, module__code__in=codes
        ).select_related("module")

    def for_program(self, program: Program | None) -> "LessonQuerySet":
        """Live lessons that prepare for a program as it is taught now, in the outline's order."""
        if program is None:
            return self.none()
        version = program.version
        return self.for_version(version.pk, version.course_id).order_by("module__position", "title")

    def for_editors(self) -> "LessonQuerySet":
        """Every lesson with the course and module it teaches, as the editors' first page lists
        them: in the order of the catalog and of the outline."""
        return self.select_related("module__version__course").order_by(
            "module__version__course__position", "module__position", "title"
        )


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

    base_form_class = LessonPageForm
    content_panels: ClassVar = [
        HelpPanel(
            content=_(
                "<p>A lesson takes six to eight minutes to read on a phone: about 1,100 to 1,500 "
                "words. Say what the reader can do, give words to say, and name what would change "
                "the plan. Write “person in crisis”, never “subject”. Where suicide comes up, "
                "leave out every method, keep hope in it, and put a crisis line near. No names, "
                "dates or addresses from real calls.</p>"
            ),
            heading=_("Writing a lesson"),
        ),
        *Page.content_panels,
        FieldPanel("module"),
        FieldPanel("reading_minutes"),
        FieldPanel("intro", help_text=_("Why this matters, in two or three sentences.")),
        FieldPanel("body"),
        FieldPanel(
            "next_shift",
            help_text=_("One small thing to try. It stays in view beside the lesson."),
        ),
    ]
    parent_page_types: ClassVar = ["cms_pages.ContentPage"]
    subpage_types: ClassVar[list[str]] = []
    page_description = _("What somebody reads before a session, on a phone.")
    field_privacy: ClassVar = dict.fromkeys(
        ["page_ptr", "module", "intro", "reading_minutes", "body", "next_shift"], Privacy.OFFICE
    )

    lessons = LessonManager()

    class Meta:
        verbose_name = _("lesson")

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
        request.lesson_progress = self._opened_by(request)  # type: ignore[attr-defined]
        return super().serve(request, *args, **kwargs)

    def _opened_by(self, request: HttpRequest) -> Any:
        # A preview shows what is not published yet: nobody's record speaks of it.
        if getattr(request, "is_preview", False):
            return None
        seat = self.seat_of(request.user)
        if seat is None:
            return None
        return open_lesson(
            enrolment=seat,
            module_code=self.module.code,
            page_id=self.pk,
            page_title=self.title,
            revision_id=self.live_revision_id,
        )

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        progress = getattr(request, "lesson_progress", None)
        return super().get_context(request, *args, **kwargs) | {"progress": progress}
