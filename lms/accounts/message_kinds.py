"""The kinds of mail the outbox can send, and the words that editors may change in them. The rooms
above register theirs when they start; the outbox knows nothing of what they are about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.mail import EmailMessage

from lms.accounts.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# The mail as it is to be sent now; None where it is no longer needed.
Compose = Callable[[User, Mapping[str, Any]], EmailMessage | None]


@dataclass(frozen=True)
class Placeholder:
    """What stands in a mail in place of {name}: what editors are told it is, and an example."""

    name: str
    label: "StrOrPromise"
    example: "StrOrPromise"


@dataclass(frozen=True)
class Words:
    """What a kind of mail says, with the placeholders that it knows. Paragraphs are parted by empty
    lines. `needed` names placeholders without which the mail would be of no use; `link` is what
    the button says that {link} becomes where it is a paragraph of its own; `fixed` what editors are
    told of the parts of the mail that they cannot change, where there are any."""

    subject: "StrOrPromise"
    body: "StrOrPromise"
    placeholders: tuple[Placeholder, ...]
    needed: tuple[str, ...] = ()
    link: "StrOrPromise" = ""
    fixed: "StrOrPromise" = ""


@dataclass(frozen=True)
class MessageKind:
    """One kind of mail: its code in the outbox, its name on pages, how it is composed from a
    person and a context of ids, whether it may arrive at night, and the words editors may change,
    if any."""

    code: str
    label: "StrOrPromise"
    compose: Compose
    at_night: bool = False
    words: Words | None = None


_KINDS: dict[str, MessageKind] = {}


def register(kind: MessageKind) -> MessageKind:
    """Makes a kind known. Raises ValueError for a second one under the same code."""
    if _KINDS.setdefault(kind.code, kind) != kind:
        raise ValueError(f"There is another kind of message {kind.code}")
    return kind


def kind_of(code: str) -> MessageKind | None:
    return _KINDS.get(code)


def kinds_with_words() -> list[MessageKind]:
    """The kinds whose words editors may change, by their name."""
    return sorted((one for one in _KINDS.values() if one.words), key=lambda kind: str(kind.label))


def label_of(code: str) -> str:
    """What pages call a kind; its code where the portal no longer knows it."""
    kind = kind_of(code)
    return str(kind.label) if kind else code
