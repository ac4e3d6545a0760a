"""Mail by SMTP, from a connection that knows whether a mail may have reached the server."""

import smtplib
from collections.abc import Callable
from typing import Any

from django.core.mail.backends import smtp


class _Watched:
    """`text_left` says whether the text of the mail that was sent last has begun to leave: from
    then on a connection that breaks tells nothing about whether the server has taken it.
    `before_text` is called right before; if it raises, the text stays."""

    text_left = False
    before_text: Callable[[], None] | None = None

    def mail(self, *args: Any, **options: Any) -> Any:
        self.text_left = False
        return super().mail(*args, **options)  # type: ignore[misc]

    def data(self, *args: Any) -> Any:
        if self.before_text:
            self.before_text()
        self.text_left = True
        return super().data(*args)  # type: ignore[misc]


class _Plain(_Watched, smtplib.SMTP):
    pass


class _Encrypted(_Watched, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Django's own, over a watched connection."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _Encrypted if self.use_ssl else _Plain


def note_before_text(connection: Any, note: Callable[[], None]) -> None:
    """Has `note` called at the last moment at which no server can have the next mail. Where a
    backend does not tell that moment, this is now."""
    watched = getattr(connection, "connection", None)
    if isinstance(watched, _Watched):
        watched.before_text = note
    else:
        note()


def text_left(connection: Any) -> bool:
    """Whether a mail that failed on this connection, of any backend, may yet have arrived."""
    return getattr(getattr(connection, "connection", None), "text_left", False)
