"""Every component of the portal on one page, with invented data: seen, printed and tested there."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lms.accounts.mail import NOTICES
from lms.gallery import samples
from lms.gallery.forms import SampleForm, sample_survey
from lms.gallery.mails import sample_mails
from lms.gallery.planner import planner


def gallery(request: HttpRequest) -> HttpResponse:
    """The component gallery."""
    return render(
        request,
        "gallery.html",
        {
            **_forms(),
            **_pages(),
            **samples.learner(),
            **samples.trainer(),
            **planner(),
            **samples.results(),
            "mails": sample_mails(),
            "notices": NOTICES.values(),
        },
    )


def _forms() -> dict[str, Any]:
    posted = {"name": "", "seats": "90", "delivery": "classroom", "venue": "1"}
    return {
        "form": SampleForm(initial={"seats": 28, "delivery": "classroom"}),
        "wrong_form": SampleForm(posted, auto_id="wrong-%s"),
        "survey": sample_survey(),
    }


def _pages() -> dict[str, Any]:
    pages = Paginator(range(240), 20)
    return {"first_page": pages.page(1), "middle_page": pages.page(6), "last_page": pages.page(12)}
