from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class LessonBody(blocks.StreamBlock):
    """What a lesson is made of."""

    heading = blocks.CharBlock(icon="title", template="cms_pages/blocks/heading.html")
    paragraph = blocks.RichTextBlock(
        icon="pilcrow", features=["bold", "italic", "link", "ol", "ul"]
    )
    bullets = blocks.ListBlock(
        blocks.CharBlock(), icon="list-ul", template="cms_pages/blocks/bullets.html"
    )
    callout = blocks.TextBlock(
        icon="info-circle",
        template="cms_pages/blocks/callout.html",
        help_text=_("One thing to remember."),
    )
    crisis_line = blocks.TextBlock(
        icon="help",
        template="cms_pages/blocks/crisis_line.html",
        help_text=_("What the reader, or the person in front of them, can call."),
    )
