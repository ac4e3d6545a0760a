"""What mails say: the portal's own words, or those that editors have written in their place."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.mail import compose
from lms.accounts.message_kinds import MessageKind, Words
from lms.accounts.models import MessageTemplate, User
from lms.accounts.placeholders import Fault, faults, fill, paragraphs

_LINK = "{link}"


@dataclass(frozen=True)
class Said:
    """One mail's words with everything put in: the subject, the text, and the same as paragraphs
    of HTML. Of the paragraph that is the link alone, `None` stands there."""

    subject: str
    text: str
    html: list[SafeString | None]


def words_of(code: str, words: Words) -> tuple[str, str]:
    """Subject and text of a kind as they stand, with their placeholders. Words of editors that a
    newer portal cannot fill any more give way to its own."""
    own = MessageTemplate.objects.filter(kind=code).first()
    if own is None or any(faults_of(words, own.subject, own.body).values()):
        return str(words.subject), str(words.body)
    return own.subject, own.body


def faults_of(words: Words, subject: str, body: str) -> dict[str, list[Fault]]:
    """What is wrong with words that are to be used, by field."""
    known = {one.name for one in words.placeholders}
    return {
        "subject": faults(subject, known - {"link"}),
        "body": faults(body, known, words.needed),
    }


def say(subject: str, body: str, values: Mapping[str, str], link: str = "") -> Said:
    """Words with the values of their placeholders; a paragraph that comes out empty is left out.
    In HTML everything is escaped, and "link" becomes a link called `link`."""
    plain = {name: str(value) for name, value in values.items()}
    rich = {name: escape(value) for name, value in plain.items()}
    if "link" in plain:
        rich["link"] = format_html('<a href="{}">{}</a>', plain["link"], link or plain["link"])
    told = [(one, fill(one, plain).strip()) for one in paragraphs(body)]
    told = [(one, text) for one, text in told if text]
    return Said(
        subject=" ".join(fill(subject, plain).split()),
        text="\n\n".join(text for _one, text in told),
        html=[None if one == _LINK else _as_html(one, rich) for one, _text in told],
    )


def compose_words(
    code: str, words: Words, *, to: str, values: Mapping[str, str]
) -> EmailMultiAlternatives:
    """The mail of a kind as it is worded today, in the frame of every mail."""
    said = say(*words_of(code, words), values, str(words.link))
    told = {"said": said, "link": values.get("link", ""), "link_label": words.link}
    return compose("accounts/mail/words", to=to, **told)


@transaction.atomic
def change_words(*, kind: MessageKind, subject: str, body: str, by: User) -> MessageTemplate:
    """Puts an editor's words in place of the portal's. Raises ValidationError, by field, for
    placeholders that the kind does not know, needs or cannot read."""
    if kind.words is None:
        raise ValidationError(_("The words of this mail cannot be changed."), code="fixed")
    found = faults_of(kind.words, subject, body)
    if any(found.values()):
        raise ValidationError(
            {field: [sentence(one) for one in wrong] for field, wrong in found.items() if wrong}
        )
    written = {"subject": subject, "body": body, "changed_at": now(), "changed_by": by}
    template, _made = MessageTemplate.objects.update_or_create(kind=kind.code, defaults=written)
    record(action="words.changed", by=by, about=template, detail={"kind": kind.code})
    return template


@transaction.atomic
def drop_words(*, kind: MessageKind, by: User) -> bool:
    """Goes back to the portal's own words; whether there were others."""
    template = MessageTemplate.objects.filter(kind=kind.code).first()
    if template is None:
        return False
    record(action="words.dropped", by=by, about=template, detail={"kind": kind.code})
    template.delete()
    return True


def sentence(fault: Fault) -> str:
    """A fault, for whoever wrote the words."""
    return {
        "unknown": _("There is no placeholder %(text)s in this mail. Use those of the list."),
        "malformed": _(
            "“%(text)s” is not a placeholder. Write one of the list, such as {first_name}; braces"
            " have no other use here."
        ),
        "missing": _("%(text)s must be in the text: without it this mail is of no use."),
    }[fault.code] % {"text": fault.text}


def _as_html(paragraph: str, values: Mapping[str, str]) -> SafeString:
    # Escaping leaves braces and the names in them as they are.
    text = fill(escape(paragraph), values).replace("\n", "<br>")
    return mark_safe(text)  # noqa: S308 - the words and each value have been escaped
