"""The sentences for what stands in the way of a plan, as its reader may have them."""

from collections.abc import Collection

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Cohort
from courses.planning import Problem
from courses.plans.names import Names
from courses.plans.words import planning_problem_sentence
from courses.words.codes import staffing_sentence
from lms.accounts.models import User

_STAFFING = {
    "unqualified",
    "not_yet",
    "expired",
    "withdrawn",
    "observes",
    "same_person",
    "no_lead",
}
# Of what other agencies do with a place or a person only that they are taken is told.
_ELSEWHERE = {
    "place_taken": gettext_lazy("%(place)s is taken at that time."),
    "teacher_taken": gettext_lazy("%(name)s is taken at that time."),
    "learner_taken": gettext_lazy("%(name)s has a seat here and is taken at that time."),
    "place_wanted": gettext_lazy("Another plan wants %(place)s at that time."),
    "teacher_wanted": gettext_lazy("Another plan wants %(name)s at that time."),
}


def problem_sentence(problem: Problem, names: Names, ours: Collection[str]) -> str:
    """What has to be settled about a module; `ours`: the codes of cohorts that the reader sees."""
    if problem.code == "unnamed":
        return _("%(part)s needed") % {"part": names.part(str(problem.values["part"]))}
    if problem.code in _STAFFING:
        return staffing_sentence(problem, names.full_names())
    if "by" in problem.values and problem.values["by"] not in ours:
        return str(_ELSEWHERE[problem.code]) % dict(problem.values)
    return planning_problem_sentence(
        problem, {code: one.title for code, one in names.modules.items()}
    )


def cohorts_seen(user: User, problems: Collection[Problem]) -> set[str]:
    """The codes of those cohorts in the way that this person sees."""
    named = {str(one.values["by"]) for one in problems if "by" in one.values}
    seen = Cohort.objects.visible_to(user).filter(code__in=named)
    return set(seen.values_list("code", flat=True)) if named else set()
