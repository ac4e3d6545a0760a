"""The kinds of mail the outbox can send. The rooms above register theirs when they start; the
outbox knows nothing of what they are about."""

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
class MessageKind:
    """One kind of mail: its code in the outbox, its name on pages, how it is composed from a
    person and a context of ids, and whether it may arrive at night."""

    code: str
    label: "StrOrPromise"
    compose: Compose
    at_night: bool = False


_KINDS: dict[str, MessageKind] = {}


def register(kind: MessageKind) -> MessageKind:
    """Makes a kind known. Raises ValueError for a second one under the same code."""
    if _KINDS.setdefault(kind.code, kind) != kind:
        raise ValueError(f"There is another kind of message {kind.code}")
    return kind


def kind_of(code: str) -> MessageKind | None:
    return _KINDS.get(code)


def label_of(code: str) -> str:
    """What pages call a kind; its code where the portal no longer knows it."""
    kind = kind_of(code)
    return str(kind.label) if kind else code
