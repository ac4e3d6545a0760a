"""Taking a Knowledge Check. Graded, under one's own name; only one's own seat is ever found."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assessments.actions.knowledge import hand_in, start_attempt
from assessments.forms_knowledge import KnowledgeCheckForm
from assessments.knowledge import mark
from assessments.models import Attempt, KnowledgeCheck, Question
from assessments.progress import knowledge_state
from courses.models import Enrolment
from courses.views.signed_in import SignedInRequest
from lms.accounts.models import User


def _own_seat(user: User, enrolment: uuid.UUID) -> Enrolment:
    return get_object_or_404(Enrolment.objects.of(user), uuid=enrolment)


def _own_attempt(user: User, enrolment: uuid.UUID, number: int) -> Attempt:
    attempts = Attempt.objects.select_related("check_of", "enrolment__cohort__version")
    return get_object_or_404(
        attempts, enrolment__uuid=enrolment, enrolment__user=user, number=number
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def knowledge_check(request: SignedInRequest, enrolment: uuid.UUID) -> HttpResponse:
    """What the Knowledge Check is and how many attempts are left; starting opens the questions."""
    seat = _own_seat(request.user, enrolment)
    state = knowledge_state(seat)
    if not state.required:
        raise Http404
    if request.method == "POST":
        try:
            begun = start_attempt(enrolment=seat)
        except ValidationError:
            return render(request, "assessments/knowledge_check.html", _start(seat), status=409)
        return redirect("learning:attempt", enrolment=enrolment, number=begun.number)
    return render(request, "assessments/knowledge_check.html", _start(seat))


def _start(seat: Enrolment) -> dict[str, Any]:
    return {
        "seat": seat,
        "version": seat.cohort.version,
        "state": knowledge_state(seat),
        "check": KnowledgeCheck.objects.filter(module__version=seat.cohort.version_id).first(),
        "handed_in": seat.attempts.filter(submitted_at__isnull=False),
    }


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def attempt(request: SignedInRequest, enrolment: uuid.UUID, number: int) -> HttpResponse:
    """All drawn questions on one page; handing in leads to the result."""
    own = _own_attempt(request.user, enrolment, number)
    if own.submitted_at is not None:
        return redirect("learning:result", enrolment=enrolment, number=number)
    # Without the key and what would tell it: no page before handing in can show them.
    questions = _questions(own, Question.objects.defer("correct", "explanation"))
    posted = request.POST if request.method == "POST" else None
    form = KnowledgeCheckForm(questions, posted)
    if form.is_valid():
        hand_in(attempt=own, answers=form.answers)
        return redirect("learning:result", enrolment=enrolment, number=number)
    context = {"attempt": own, "seat": own.enrolment, "form": form}
    status = 400 if form.is_bound else 200
    return render(request, "assessments/questions.html", context, status=status)


def _questions(own: Attempt, source: Any) -> list[Question]:
    """The drawn questions, in the order in which they were drawn."""
    found = {
        question.code: question
        for question in source.filter(check_of=own.check_of_id, code__in=own.drawn)
    }
    return [found[code] for code in own.drawn]


@never_cache
@login_required
@require_safe
def result(request: SignedInRequest, enrolment: uuid.UUID, number: int) -> HttpResponse:
    """The score, and what was right and why, once nothing is left to be given away by it."""
    own = _own_attempt(request.user, enrolment, number)
    if own.submitted_at is None:
        return redirect("learning:attempt", enrolment=enrolment, number=number)
    # Another attempt under way may hold the same questions, in this seat or in a later one.
    underway = Attempt.objects.filter(
        check_of=own.check_of_id, enrolment__user=own.enrolment.user_id, submitted_at=None
    ).exists()
    questions = _questions(own, Question.objects.all())
    context = {
        "attempt": own,
        "seat": own.enrolment,
        "pass_mark": own.enrolment.cohort.version.rules["pass_mark"],
        "state": knowledge_state(own.enrolment),
        "right": sum(mark(questions, own.answers).right.values()),
        "total": len(questions),
        "underway": underway,
        "reviews": [] if underway else list(_reviews(own, questions)),
    }
    return render(request, "assessments/result.html", context)


def _reviews(own: Attempt, questions: list[Question]) -> Iterator[dict[str, Any]]:
    right = mark(questions, own.answers).right
    for question in questions:
        position = own.answers.get(question.code)
        yield {
            "text": question.text,
            "is_right": right[question.code],
            "chosen": question.choices[position] if position is not None else "",
            "correct": [question.choices[position] for position in question.correct],
            "explanation": question.explanation,
        }
