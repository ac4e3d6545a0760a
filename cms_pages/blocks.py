"""What pages are made of. Each block says in the editor what it is for and shows a sample."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

_RICH = ["bold", "italic", "link", "ol", "ul"]


class QuestionBlock(blocks.StructBlock):
    """A question somebody really asks, and its answer."""

    question = blocks.CharBlock()
    answer = blocks.RichTextBlock(features=_RICH)

    class Meta:
        icon = "help"
        template = "cms_pages/blocks/question.html"
        description = _("A question people ask, folded until they open it. The answer comes first.")
        preview_value = {
            "question": "What if I miss a session?",
            "answer": "<p>Tell your coordinator the same day.</p>",
        }


class LessonBody(blocks.StreamBlock):
    """What a lesson is made of."""

    heading = blocks.CharBlock(
        icon="title",
        template="cms_pages/blocks/heading.html",
        description=_("A heading. Say what the part answers, in five words or fewer."),
        preview_value="What helps",
    )
    paragraph = blocks.RichTextBlock(
        icon="pilcrow",
        features=_RICH,
        description=_("A paragraph of three to five sentences."),
        preview_value="<p>Take ten seconds. Decide who will speak, and breathe out once.</p>",
    )
    bullets = blocks.ListBlock(
        blocks.CharBlock(label=_("point")),
        icon="list-ul",
        template="cms_pages/blocks/bullets.html",
        description=_("Short points, one idea each."),
        preview_value=["One voice.", "One question.", "Ten seconds."],
    )
    callout = blocks.TextBlock(
        icon="info-circle",
        template="cms_pages/blocks/callout.html",
        help_text=_("One thing to remember."),
        description=_("One thing to remember. Two in a lesson are enough."),
        preview_value="Less light, less noise, fewer words, more time.",
    )
    crisis_line = blocks.TextBlock(
        icon="help",
        template="cms_pages/blocks/crisis_line.html",
        help_text=_("What the reader, or the person in front of them, can call."),
        description=_("A number to call. Put one in every lesson that touches suicide."),
        preview_value="Call or text 988 at any hour.",
    )


class ContentBody(LessonBody):
    """What a plain page is made of."""

    question = QuestionBlock()


class Points(blocks.StreamBlock):
    """A list with one kind of entry."""

    point = blocks.CharBlock(
        icon="list-ul",
        template="cms_pages/blocks/point.html",
        help_text=_("Starts with a verb: “Ask directly about suicide.”"),
        description=_("One thing somebody can do afterwards."),
        preview_value="Ask a person directly whether they are thinking about suicide.",
    )


class Questions(blocks.StreamBlock):
    """Questions and answers about a program."""

    question = QuestionBlock()


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock()
    text = blocks.TextBlock()


class StepsBlock(blocks.StructBlock):
    heading = blocks.CharBlock()
    steps = blocks.ListBlock(StepBlock(label=_("step")))

    class Meta:
        icon = "list-ol"
        template = "cms_pages/blocks/steps.html"
        description = _("How it works, in three numbered steps.")
        preview_value = {
            "heading": "How it works",
            "steps": [
                {"title": "You get a seat", "text": "Your training office puts you in a cohort."},
                {"title": "You train", "text": "Five days with an officer and a clinician."},
                {"title": "You are certified", "text": "Anybody can check your certificate."},
            ],
        }


class ProgramsBlock(blocks.StructBlock):
    heading = blocks.CharBlock()
    text = blocks.TextBlock(required=False)

    class Meta:
        icon = "list-ul"
        template = "cms_pages/blocks/programs.html"
        description = _("The first programs of the catalog, with a link to all. Use it once.")
        preview_value = {"heading": "Programs", "text": "The first six stand here."}


class PromiseBlock(blocks.StructBlock):
    heading = blocks.CharBlock()
    text = blocks.TextBlock()
    points = blocks.ListBlock(blocks.CharBlock(label=_("point")))

    class Meta:
        icon = "lock"
        template = "cms_pages/blocks/promise.html"
        description = _("What we promise about survey answers. Say only what the portal keeps.")
        preview_value = {
            "heading": "What we promise about answers",
            "text": "Nobody can learn what one officer answered.",
            "points": ["Taking part is your choice.", "Results are about ten people or more."],
        }


class CertificateCheckBlock(blocks.StructBlock):
    heading = blocks.CharBlock()
    text = blocks.TextBlock()

    class Meta:
        icon = "success"
        template = "cms_pages/blocks/certificate_check.html"
        description = _("A field where anybody can check the code of a certificate.")
        preview_value = {
            "heading": "Check a certificate",
            "text": "Type in the code on the sheet. You need no account.",
        }


class PartnerBlock(blocks.StructBlock):
    name = blocks.CharBlock()
    text = blocks.TextBlock()


class PartnersBlock(blocks.StructBlock):
    heading = blocks.CharBlock()
    text = blocks.TextBlock(required=False)
    partners = blocks.ListBlock(PartnerBlock(label=_("partner")))

    class Meta:
        icon = "group"
        template = "cms_pages/blocks/partners.html"
        description = _("Who works together, with one line about what each brings.")
        preview_value = {
            "heading": "Who works together",
            "text": "",
            "partners": [{"name": "Boston EMS", "text": "Emergency medicine on the street."}],
        }


class HomeBody(LessonBody):
    """The sections of the front page, in whatever order an editor gives them."""

    steps = StepsBlock(group=_("Sections"))
    programs = ProgramsBlock(group=_("Sections"))
    promise = PromiseBlock(group=_("Sections"))
    certificate_check = CertificateCheckBlock(group=_("Sections"))
    partners = PartnersBlock(group=_("Sections"))
