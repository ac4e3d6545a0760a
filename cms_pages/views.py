from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms_pages.models import LessonPage
from courses.actions import finish_lesson, open_lesson
from courses.models import Course


def catalog(request: HttpRequest) -> HttpResponse:
    """All programs, with hours and validity."""
    courses = Course.objects.for_catalog().prefetch_related("versions__modules")
    return render(request, "catalog.html", {"courses": courses})


def course_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One program's outline, day by day."""
    course = get_object_or_404(Course.objects.for_catalog(), code=code)
    version = course.current
    modules = list(version.modules.all())
    days = [
        {"number": day, "modules": list(group)}
        for day, group in groupby(modules, key=lambda module: module.day)
    ]
    context = {"course": course, "version": version, "days": days, "count": len(modules)}
    return render(request, "course_detail.html", context)


@require_POST
@login_required
def read_lesson(request: HttpRequest, page: int) -> HttpResponse:
    """The reader says that they have read a lesson."""
    lesson = get_object_or_404(LessonPage, pk=page, live=True)
    seat = lesson.seat_of(request.user)
    if seat is None:
        raise Http404
    open_lesson(
        enrolment=seat,
        module_code=lesson.module.code,
        page_id=lesson.pk,
        page_title=lesson.title,
        revision_id=lesson.live_revision_id,
    )
    finish_lesson(enrolment=seat, page_id=lesson.pk)
    messages.success(request, _("Noted: you have read “%(lesson)s”.") % {"lesson": lesson.title})
    return redirect("learner:home")
