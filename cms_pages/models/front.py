from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.models import Page

from cms_pages.blocks import ContentBody, HomeBody
from cms_pages.fields import LeanStreamField
from cms_pages.programs import programs
from lms.accounts.privacy import Privacy

# How many programs stand on the front page; a link leads to the others.
FIRST_PROGRAMS = 6


class HomePage(Page):
    """The public front page."""

    headline = models.CharField(_("headline"), max_length=200)
    lead = models.TextField(_("lead"), blank=True)
    body = LeanStreamField(HomeBody(), blank=True)

    content_panels: ClassVar = [
        HelpPanel(
            content=_(
                "<p>The first page of the site. Keep it short: a headline, one paragraph, then a "
                "few sections. Programs, hours and dates come from the records by themselves. "
                "Use the preview on the right to see it on a phone.</p>"
            ),
            heading=_("About this page"),
        ),
        *Page.content_panels,
        FieldPanel("headline"),
        FieldPanel("lead", help_text=_("One or two sentences under the headline.")),
        FieldPanel("body", heading=_("sections")),
    ]
    parent_page_types: ClassVar = ["wagtailcore.Page"]
    subpage_types: ClassVar = ["cms_pages.ContentPage", "cms_pages.CatalogPage"]
    max_count = 1
    page_description = _("The first page of the site. There is one.")
    field_privacy: ClassVar = dict.fromkeys(
        ["page_ptr", "headline", "lead", "body"], Privacy.PUBLIC
    )

    class Meta:
        verbose_name = _("front page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        found = programs()
        return super().get_context(request, *args, **kwargs) | {
            "programs": found[:FIRST_PROGRAMS],
            "program_count": len(found),
        }

    @property
    def places_programs(self) -> bool:
        """Whether an editor has said where the programs stand; they come last otherwise."""
        return any(block.block_type == "programs" for block in self.body)


class ContentPage(Page):
    """A page of plain content: about, privacy, help. Lessons live under one of them."""

    lead = models.TextField(_("lead"), blank=True)
    body = LeanStreamField(ContentBody(), blank=True)

    content_panels: ClassVar = [
        HelpPanel(
            content=_(
                "<p>Write for somebody on a phone between two calls: the answer first, short "
                "sentences, “you” and “we”. From four headings on, the page lists them at its "
                "top by itself. “Privacy” and “Accessibility” are promises: change them only "
                "together with whoever answers for them.</p>"
            ),
            heading=_("Writing a page"),
        ),
        *Page.content_panels,
        FieldPanel("lead", help_text=_("What the page answers, in one or two sentences.")),
        FieldPanel("body"),
    ]
    parent_page_types: ClassVar = ["cms_pages.HomePage", "cms_pages.ContentPage"]
    subpage_types: ClassVar = ["cms_pages.ContentPage", "cms_pages.LessonPage"]
    page_description = _("Plain words under a heading, such as help or privacy.")
    field_privacy: ClassVar = dict.fromkeys(["page_ptr", "lead", "body"], Privacy.PUBLIC)

    class Meta:
        verbose_name = _("page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | {"below": self._below()}

    def _below(self) -> Any:
        """The pages under this one, for its list of them. A page without any asks nothing."""
        if self._state.adding or not self.numchild:
            return []
        return self.get_children().live().public().order_by("title")

    @property
    def headings(self) -> list[str]:
        """What stands in the page's own table of contents."""
        return [str(block.value) for block in self.body if block.block_type == "heading"]
