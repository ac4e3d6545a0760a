"""Mail by SMTP, from a connection that knows whether a mail may have reached the server."""

import smtplib
from typing import Any

from django.core.mail.backends import smtp


class _Watched:
    """`text_left` says whether the text of the mail that was sent last has begun to leave: from
    then on a connection that breaks tells nothing about whether the server has taken it."""

    text_left = False

    def mail(self, *args: Any, **options: Any) -> Any:
        self.text_left = False
        return super().mail(*args, **options)  # type: ignore[misc]

    def data(self, *args: Any) -> Any:
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


def text_left(connection: Any) -> bool:
    """Whether a mail that failed on this connection, of any backend, may yet have arrived."""
    return getattr(getattr(connection, "connection", None), "text_left", False)
