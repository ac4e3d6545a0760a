from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.models import Page

from cms_pages.blocks import Points, Questions
from cms_pages.catalog import catalog_context
from cms_pages.editing import ProgramPageForm
from cms_pages.fields import LeanStreamField
from cms_pages.models.lessons import LessonPage
from cms_pages.programs import Meeting, ProgramGroup, program_context
from courses.models import Course
from lms.accounts.privacy import Privacy

# The address is the record's, so it is not among what editors type.
_FOR_SEARCH_ENGINES = MultiFieldPanel(
    [FieldPanel("seo_title"), FieldPanel("search_description")], _("For search engines")
)

# Wagtail's own panel for the title looks for a slug to fill, and here none stands on the form.
_TITLE = FieldPanel("title", classname="title")


class CatalogPage(Page):
    """The catalog: all programs on their shelves, at /catalog/."""

    SLUG = "catalog"

    lead = models.TextField(_("lead"), blank=True)

    content_panels: ClassVar = [
        HelpPanel(
            content=_(
                "<p>You write the title and the lead. The cards come from the program pages under "
                "this one; hours, validity and the next start come from the records.</p>"
            ),
            heading=_("About this page"),
        ),
        _TITLE,
        FieldPanel("lead"),
    ]
    promote_panels: ClassVar = [_FOR_SEARCH_ENGINES]
    parent_page_types: ClassVar = ["cms_pages.HomePage"]
    subpage_types: ClassVar = ["cms_pages.ProgramPage"]
    max_count = 1
    page_description = _("The list of all programs. There is one.")
    field_privacy: ClassVar = dict.fromkeys(["page_ptr", "lead"], Privacy.PUBLIC)

    class Meta:
        verbose_name = _("catalog")

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        self.slug = self.SLUG
        super().full_clean(*args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | catalog_context(request.GET)


class ProgramPage(Page):
    """The words about one course. What a training office is audited on (minutes, outline, rules,
    validity) is read from the course's newest version each time the page is shown."""

    course = models.OneToOneField(
        Course, models.PROTECT, related_name="program_page", verbose_name=_("program")
    )
    group = models.CharField(_("shelf"), max_length=16, choices=ProgramGroup.choices)
    meets_in = models.CharField(
        _("its outline counts"), max_length=16, choices=Meeting.choices, default=Meeting.DAY
    )
    lead = models.TextField(_("lead"))
    notice = models.TextField(_("whose curriculum it is"), blank=True)
    audience = models.TextField(_("who it is for"))
    learn = LeanStreamField(Points())
    teaching = models.TextField(_("how it is taught"), blank=True)
    certificate = models.TextField(_("about the certificate"), blank=True)
    renewal = models.TextField(_("how it is renewed"), blank=True)
    questions = LeanStreamField(Questions(), blank=True)
    goes_with = models.TextField(_("what goes well with it"), blank=True)

    base_form_class = ProgramPageForm
    content_panels: ClassVar = [
        HelpPanel(
            content=_(
                "<p>You write the words; the records give the outline, hours, prerequisites, "
                "seats, tests, validity and the next start. Do not repeat them here, because they "
                "change without you. Unpublishing hides the program and its card and leaves every "
                "record as it is; deleting the page shows the bare outline again.</p>"
            ),
            heading=_("About this page"),
        ),
        _TITLE,
        FieldPanel("course"),
        FieldRowPanel([FieldPanel("group"), FieldPanel("meets_in")]),
        FieldPanel(
            "lead", help_text=_("One or two sentences. They stand on the catalog's card too.")
        ),
        FieldPanel(
            "notice",
            help_text=_("Only where the curriculum belongs to somebody else: say to whom."),
        ),
        FieldPanel("audience", help_text=_("Who gets most from it, and who should wait.")),
        FieldPanel(
            "learn", help_text=_("Three to seven things somebody can do afterwards, verbs first.")
        ),
        FieldPanel("teaching", help_text=_("What a day feels like. Who teaches is added.")),
        MultiFieldPanel(
            [
                FieldPanel("certificate", help_text=_("What is needed is listed by itself.")),
                FieldPanel("renewal"),
            ],
            _("Certificate"),
        ),
        FieldPanel("questions"),
        FieldPanel("goes_with", help_text=_("A hint; links to related programs are added.")),
    ]
    promote_panels: ClassVar = [_FOR_SEARCH_ENGINES]
    parent_page_types: ClassVar = ["cms_pages.CatalogPage"]
    subpage_types: ClassVar[list[str]] = []
    page_description = _("The words about one program. Each program has one such page.")
    field_privacy: ClassVar = dict.fromkeys(
        [
            "page_ptr",
            "course",
            "group",
            "meets_in",
            "lead",
            "notice",
            "audience",
            "learn",
            "teaching",
            "certificate",
            "renewal",
            "questions",
            "goes_with",
        ],
        Privacy.PUBLIC,
    )

    class Meta:
        verbose_name = _("program page")

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """The published address of a program is its code, whatever the page is called."""
        if self.course_id:
            self.slug = self.course.code
        super().full_clean(*args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        found = program_context(self.course.code, page=self)
        found["lessons"] = LessonPage.lessons.for_program(found["program"])
        return super().get_context(request, *args, **kwargs) | found
