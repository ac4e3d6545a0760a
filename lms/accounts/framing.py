from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase


class FramingMiddleware(CSPMiddleware):
    """The Content-Security-Policy, which lets nobody frame a page of ours; only what an editor
    previews stands in a frame, beside the form that it comes from."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        # Wagtail says so on the request that it makes up for a preview; no visitor's has it.
        if getattr(request, "is_preview", False) and not report_only:
            parts.replace = (parts.replace or {}) | {"frame-ancestors": ["'self'"]}
        return parts
