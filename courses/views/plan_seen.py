"""What somebody was looking at when they changed a plan."""

from django.core import signing

from courses.models import Cohort
from courses.planning import PlanError, plan_from_json, plan_to_json
from courses.plans.schedules import WorkingPlan

SALT = "courses.plan"


def seal(cohort: Cohort, working: WorkingPlan) -> str:
    """What a form carries: the plan that its page shows, signed, so that whoever comes too late can
    be told what has changed since. It counts for this cohort alone."""
    document = {"revision": working.revision, "document": plan_to_json(working.plan)}
    return signing.dumps(document, salt=_salt(cohort), compress=True)


def unseal(cohort: Cohort, text: str) -> WorkingPlan | None:
    """What a form brought back; None for anything that no page about this cohort sent."""
    try:
        found = signing.loads(text, salt=_salt(cohort))
        return WorkingPlan(plan_from_json(found["document"]), found["revision"])
    except (signing.BadSignature, PlanError, KeyError, TypeError, ValueError):
        return None


def _salt(cohort: Cohort) -> str:
    return f"{SALT}/{cohort.uuid}"
