"""What error reports and logs leave out."""

import logging
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

SURVEY_PREFIX = "/survey/"


class NothingPostedFilter(SafeExceptionReporterFilter):
    """No report holds a posted value or a local variable, whatever the view forgot to mark."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, str]:
        if request is None:
            return {}
        return dict.fromkeys(request.POST, self.cleansed_substitute)

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> Any:
        return dict.fromkeys(tb_frame.f_locals, self.cleansed_substitute).items()


class NoSurveyPaths(logging.Filter):
    """Drops lines that would say which survey was opened, and when."""

    def filter(self, entry: logging.LogRecord) -> bool:
        request = getattr(entry, "request", None)
        path = getattr(request, "path", "")
        return not path.startswith(SURVEY_PREFIX) and SURVEY_PREFIX not in entry.getMessage()


class NothingReceived(logging.Filter):
    """Drops the web server's lines about requests that it could not read: they quote them."""

    def filter(self, entry: logging.LogRecord) -> bool:
        return not str(entry.msg).startswith("Invalid request")
